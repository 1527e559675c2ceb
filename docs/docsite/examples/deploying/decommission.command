ansible-playbook -i hosts.yml rootless.podman.decommission -e rootless_apps_only=shop -e rootless_apps_remove_data=true
