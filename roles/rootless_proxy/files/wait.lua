-- Copyright (c) 2026, the rootless.podman contributors
-- GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
-- SPDX-License-Identifier: GPL-3.0-or-later

-- Runs in the front. Nothing listens while the container of Caddy is replaced, and HAProxy tries a Unix socket again at once until it gives up.
-- So connections wait here until there is a socket, for a minute.
core.register_action("wait", {"tcp-req"}, function(_, name)
    for _ = 1, 600 do
        local file, _, code = io.open("/run/front/" .. name)
        if file then
            file:close()
        end
        -- ENOENT. A socket that is there cannot be opened either, for other reasons.
        if code ~= 2 then
            return
        end
        core.msleep(100)
    end
end, 1)
