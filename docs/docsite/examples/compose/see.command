ansible-playbook see.yml
