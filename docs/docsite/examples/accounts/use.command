ansible-playbook -i hosts.yml use.yml
