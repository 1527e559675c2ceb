ansible-playbook -i hosts.yml rootless.podman.rollback -e rootless_apps_only=shop
