ansible-playbook -i hosts.yml tasks.yml
