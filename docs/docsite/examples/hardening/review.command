ansible-playbook -i hosts.yml review.yml
