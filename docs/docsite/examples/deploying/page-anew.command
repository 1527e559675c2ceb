ansible-playbook -i hosts.yml page.yml -e page_version=1.37
