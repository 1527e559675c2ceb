ansible-playbook -i hosts.yml remove.yml
