ansible-playbook -i hosts.yml away.yml
