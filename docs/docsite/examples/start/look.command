ansible-playbook -i hosts.yml look.yml
