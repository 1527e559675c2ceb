<?php
foreach (['NAME', 'USER', 'PASSWORD', 'HOST'] as $each) {
    define("DB_$each", getenv("WORDPRESS_DB_$each"));
}
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
if (($_SERVER['HTTP_X_FORWARDED_PROTO'] ?? '') === 'https') {
    $_SERVER['HTTPS'] = 'on';
}
$table_prefix = 'wp_';
define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
