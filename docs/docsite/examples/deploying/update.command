ansible-playbook -i hosts.yml rootless.podman.update -e rootless_apps_only=shop
