ansible-playbook -i hosts.yml rootless.podman.check -e shop_version=1.37
