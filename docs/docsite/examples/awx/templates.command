ansible-playbook rootless.podman.awx -e @templates.yml
