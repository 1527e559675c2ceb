ansible-playbook -i hosts.yml page.yml
