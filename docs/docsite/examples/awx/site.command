ansible-playbook -i hosts.yml site.yml
