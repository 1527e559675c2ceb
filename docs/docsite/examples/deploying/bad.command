ansible-playbook -i hosts.yml rootless.podman.deploy -e rootless_apps_only=shop -e shop_version=1.37 -e shop_folder=/missing
