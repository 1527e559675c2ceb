ansible-playbook -i hosts.yml relaxed.yml
