ansible-playbook -i hosts.yml rootless.podman.check
