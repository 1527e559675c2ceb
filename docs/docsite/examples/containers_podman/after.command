ansible-playbook -i hosts.yml after.yml
