ansible-playbook -i hosts.yml rootless.podman.deploy -e rootless_serial=25%
