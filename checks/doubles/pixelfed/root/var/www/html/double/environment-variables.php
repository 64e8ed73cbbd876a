<?php
/*
 * Every variable that Pixelfed 0.14 and its base image (serversideup/php) know, as data.
 *
 * required / optional: name => format (formats are in Environment::FORMATS; a list means one of its members).
 * A required variable has a default upstream in some cases; the double wants it all the same where the default is wrong
 * behind a proxy, with Valkey, or in production, or differs between versions.
 */
return [
    'families' => '/^(APP|ADMIN|DB|REDIS|CACHE|QUEUE|SESSION|BROADCAST|HORIZON|MAIL|AWS|ALT_PRI|ALT_SEC|PF|AP|ACTIVITY|ACTIVITYPUB'
        . '|ATOM|NODEINFO|WEBFINGER|OAUTH|PASSPORT|INSTANCE|TRUST|LOG|FILESYSTEM|MEDIA|MAX|LIMIT|IMAGE|OPEN|ENFORCE|ENABLE|FORCE'
        . '|RESTRICT|RESTRICTED|STORIES|EXP|CS|CAPTCHA|ACCOUNT|AUTORUN|PHP|SSL|HEALTHCHECK)(_|$)/',

    'required' => [
        'APP_NAME' => 'text',
        'APP_ENV' => ['production'],
        'APP_KEY' => 'laravel-key',
        'APP_DEBUG' => ['false'],
        'APP_URL' => 'https-origin',
        'APP_DOMAIN' => 'host',
        'ADMIN_DOMAIN' => 'host',
        'SESSION_DOMAIN' => 'host-or-null',
        'TRUST_PROXIES' => 'proxies',
        'OAUTH_ENABLED' => ['true'],
        'OPEN_REGISTRATION' => 'bool',
        'ACTIVITY_PUB' => 'bool',
        'AP_REMOTE_FOLLOW' => 'bool',
        'AP_INBOX' => 'bool',
        'AP_OUTBOX' => 'bool',
        'AP_SHAREDINBOX' => 'bool',
        'ENABLE_CONFIG_CACHE' => 'bool',
        'LOG_CHANNEL' => ['stderr'],
        'INSTANCE_CONTACT_EMAIL' => 'email',
        'DB_CONNECTION' => ['pgsql'],
        'DB_HOST' => 'host-or-socket',
        'DB_PORT' => 'port',
        'DB_DATABASE' => 'identifier',
        'DB_USERNAME' => 'identifier',
        'DB_PASSWORD' => 'secret',
        'REDIS_CLIENT' => ['phpredis'],
        'REDIS_HOST' => 'host-or-socket',
        'REDIS_PORT' => 'port-or-zero',
        'CACHE_STORE' => ['redis'],
        'CACHE_DRIVER' => ['redis'],
        'QUEUE_DRIVER' => ['redis'],
        'SESSION_DRIVER' => ['database'],
        'BROADCAST_DRIVER' => ['log', 'null'],
        'HORIZON_PREFIX' => 'horizon-prefix',
        'MAIL_DRIVER' => ['smtp'],
        'MAIL_HOST' => 'host',
        'MAIL_PORT' => 'port',
        'MAIL_FROM_ADDRESS' => 'email',
        'MAIL_FROM_NAME' => 'text',
        'PF_ENABLE_CLOUD' => ['true'],
        'FILESYSTEM_CLOUD' => ['s3'],
        'AWS_ACCESS_KEY_ID' => 'secret',
        'AWS_SECRET_ACCESS_KEY' => 'secret',
        'AWS_DEFAULT_REGION' => 'identifier',
        'AWS_BUCKET' => 'bucket',
        'AWS_URL' => 'http-base',
        'AWS_ENDPOINT' => 'http-base',
        'AWS_USE_PATH_STYLE_ENDPOINT' => ['true'],
    ],

    'optional' => [
        'APP_LOCALE' => 'locale', 'APP_FALLBACK_LOCALE' => 'locale', 'APP_HASHID_SALT' => 'any', 'APP_PREVIOUS_KEYS' => 'any',
        'APP_BASE_DIR' => ['/var/www/html'],
        'DB_SOCKET' => 'any',
        'REDIS_SCHEME' => ['tcp', 'tls', 'unix'], 'REDIS_PATH' => 'any', 'REDIS_PASSWORD' => 'any', 'REDIS_DATABASE' => 'int',
        'CACHE_PREFIX' => 'any', 'CACHE_LIMITER_DRIVER' => ['redis'],
        'SESSION_LIFETIME' => 'int', 'SESSION_SECURE_COOKIE' => ['true'], 'SESSION_CONNECTION' => 'any', 'SESSION_STORE' => 'any',
        'SESSION_SAME_SITE_COOKIES' => ['lax', 'strict', 'none'],
        'FORCE_HTTPS_URLS' => ['true'], 'ENFORCE_EMAIL_VERIFICATION' => 'bool',
        'HORIZON_DARKMODE' => 'bool', 'HORIZON_BALANCE_STRATEGY' => ['auto', 'simple', 'false'], 'HORIZON_MAX_PROCESSES' => 'int',
        'HORIZON_MIN_PROCESSES' => 'int', 'HORIZON_MEMORY_LIMIT' => 'int', 'HORIZON_SUPERVISOR_MEMORY' => 'int',
        'HORIZON_SUPERVISOR_NICE' => 'int', 'HORIZON_SUPERVISOR_TIMEOUT' => 'int', 'HORIZON_SUPERVISOR_TRIES' => 'int',
        'MAIL_USERNAME' => 'any', 'MAIL_PASSWORD' => 'any', 'MAIL_ENCRYPTION' => ['tls', 'ssl', 'null', ''], 'MAIL_AUTO_TLS' => 'bool',
        'MAIL_EHLO_DOMAIN' => 'host', 'MAIL_SMTP_VERIFY_PEER' => 'bool', 'MAIL_URL' => 'any', 'MAIL_LOG_CHANNEL' => 'any',
        'MAIL_SENDMAIL_PATH' => 'any',
        'AWS_VISIBILITY' => ['public', 'private'],
        'AWS_REQUEST_CHECKSUM_CALCULATION' => ['when_required', 'when_supported', 'WHEN_REQUIRED', 'WHEN_SUPPORTED'],
        'AWS_RESPONSE_CHECKSUM_VALIDATION' => ['when_required', 'when_supported', 'WHEN_REQUIRED', 'WHEN_SUPPORTED'],
        'AWS_CA_BUNDLE' => 'any',
        'MEDIA_DELETE_LOCAL_AFTER_CLOUD' => 'bool', 'MEDIA_TYPES' => 'mime-types', 'MEDIA_EXIF_DATABASE' => 'bool',
        'MEDIA_REMOTE_STORE_CLOUD' => 'bool',
        'MAX_PHOTO_SIZE' => 'int', 'MAX_ALBUM_LENGTH' => 'int', 'MAX_CAPTION_LENGTH' => 'int', 'MAX_BIO_LENGTH' => 'int',
        'MAX_NAME_LENGTH' => 'int', 'MAX_AVATAR_SIZE' => 'int', 'MAX_ACCOUNT_SIZE' => 'int', 'LIMIT_ACCOUNT_SIZE' => 'bool',
        'IMAGE_QUALITY' => 'percent', 'IMAGE_DRIVER' => ['gd', 'imagick'],
        'ATOM_FEEDS' => 'bool', 'NODEINFO' => 'bool', 'WEBFINGER' => 'bool', 'STORIES_ENABLED' => 'bool', 'RESTRICTED_INSTANCE' => 'bool',
        'INSTANCE_DESCRIPTION' => 'any', 'INSTANCE_CUR_REG' => 'bool', 'INSTANCE_DISCOVER_PUBLIC' => 'bool',
        'INSTANCE_PUBLIC_HASHTAGS' => 'bool', 'INSTANCE_CONTACT_FORM' => 'bool',
        'PF_MAX_USERS' => 'int-or-false', 'PF_ENFORCE_MAX_USERS' => 'bool', 'PF_OPTIMIZE_IMAGES' => 'bool', 'PF_OPTIMIZE_VIDEOS' => 'bool',
        'PF_OIDC_ENABLED' => 'bool', 'PF_OIDC_CLIENT_ID' => 'any', 'PF_OIDC_CLIENT_SECRET' => 'any', 'PF_OIDC_SCOPES' => 'any',
        'PF_OIDC_AUTHORIZE_URL' => 'any', 'PF_OIDC_TOKEN_URL' => 'any', 'PF_OIDC_PROFILE_URL' => 'any', 'PF_OIDC_LOGOUT_URL' => 'any',
        'PF_OIDC_USERNAME_FIELD' => 'any', 'PF_OIDC_FIELD_ID' => 'any',
        'LOG_LEVEL' => ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'],
        'LOG_STDERR_FORMATTER' => 'any', 'LOG_SLACK_WEBHOOK_URL' => 'any', 'LOG_OUTPUT_LEVEL' => ['debug', 'info', 'warn', 'error', 'off'],
        'PASSPORT_PRIVATE_KEY' => 'any', 'PASSPORT_PUBLIC_KEY' => 'any', 'PASSPORT_PERSONAL_ACCESS_CLIENT_ID' => 'any',
        'PASSPORT_PERSONAL_ACCESS_CLIENT_SECRET' => 'any', 'OAUTH_TOKEN_DAYS' => 'int', 'OAUTH_REFRESH_DAYS' => 'int',
        'OAUTH_PAT_ENABLED' => 'bool', 'OAUTH_PAT_ID' => 'any',
        // serversideup/php: the start of the container and php.ini
        'AUTORUN_ENABLED' => 'bool', 'AUTORUN_DEBUG' => 'bool', 'AUTORUN_LARAVEL_MIGRATION' => 'bool',
        'AUTORUN_LARAVEL_MIGRATION_ISOLATION' => 'bool', 'AUTORUN_LARAVEL_MIGRATION_TIMEOUT' => 'int',
        'AUTORUN_LARAVEL_MIGRATION_FORCE' => 'bool', 'AUTORUN_LARAVEL_MIGRATION_SKIP_DB_CHECK' => 'bool',
        'AUTORUN_LARAVEL_MIGRATION_SEED' => 'bool', 'AUTORUN_LARAVEL_MIGRATION_MODE' => ['default', 'fresh', 'refresh'],
        'AUTORUN_LARAVEL_STORAGE_LINK' => 'bool', 'AUTORUN_LARAVEL_CONFIG_CACHE' => 'bool', 'AUTORUN_LARAVEL_VIEW_CACHE' => 'bool',
        'AUTORUN_LARAVEL_EVENT_CACHE' => 'bool', 'AUTORUN_LARAVEL_ROUTE_CACHE' => 'bool', 'AUTORUN_LARAVEL_OPTIMIZE' => 'bool',
        'PHP_POST_MAX_SIZE' => 'size', 'PHP_UPLOAD_MAX_FILE_SIZE' => 'size', 'PHP_MEMORY_LIMIT' => 'size', 'PHP_OPCACHE_ENABLE' => ['0', '1'],
        'PHP_MAX_EXECUTION_TIME' => 'int', 'PHP_MAX_INPUT_TIME' => 'int', 'PHP_MAX_INPUT_VARS' => 'int', 'PHP_DATE_TIMEZONE' => 'any',
        'PHP_DISPLAY_ERRORS' => 'any', 'PHP_DISPLAY_STARTUP_ERRORS' => 'any', 'PHP_ERROR_LOG' => 'any', 'PHP_ERROR_REPORTING' => 'any',
        'PHP_OPEN_BASEDIR' => 'any', 'PHP_SESSION_COOKIE_SECURE' => 'any', 'PHP_REALPATH_CACHE_TTL' => 'int',
        'PHP_OPCACHE_MEMORY_CONSUMPTION' => 'int', 'PHP_OPCACHE_MAX_ACCELERATED_FILES' => 'int', 'PHP_OPCACHE_REVALIDATE_FREQ' => 'int',
        'PHP_OPCACHE_VALIDATE_TIMESTAMPS' => ['0', '1'], 'PHP_OPCACHE_INTERNED_STRINGS_BUFFER' => 'int',
        'PHP_VERSION' => 'any', 'PHP_INI_DIR' => 'any', 'PHP_URL' => 'any', 'PHP_ASC_URL' => 'any', 'PHP_SHA256' => 'any',
        'PHP_CFLAGS' => 'any', 'PHP_CPPFLAGS' => 'any', 'PHP_LDFLAGS' => 'any',
        'PHP_CLI_SERVER_WORKERS' => 'int', // the double's own: how many requests PHP's server answers at once
        // The double serves plain HTTP on 8080 only.
        'SSL_MODE' => ['off'], 'SSL_CERT_FILE' => 'any', 'SSL_CERT_DIR' => 'any', 'HEALTHCHECK_PATH' => 'any',
    ],

    // Read by upstream's config/ as of 2024-03, and of no effect here.
    'ignored' => preg_split('/\s+/', trim(<<<'NAMES'
ACCOUNT_DELETE_AFTER ACCOUNT_DELETION ACTIVITYPUB_DELIVERY_CONCURRENCY ACTIVITYPUB_DELIVERY_TIMEOUT
ALT_PRI_AWS_ACCESS_KEY_ID ALT_PRI_AWS_BUCKET ALT_PRI_AWS_DEFAULT_REGION ALT_PRI_AWS_ENDPOINT
ALT_PRI_AWS_SECRET_ACCESS_KEY ALT_PRI_AWS_URL ALT_PRI_AWS_USE_PATH_STYLE_ENDPOINT ALT_PRI_ENABLED
ALT_SEC_AWS_ACCESS_KEY_ID ALT_SEC_AWS_BUCKET ALT_SEC_AWS_DEFAULT_REGION ALT_SEC_AWS_ENDPOINT
ALT_SEC_AWS_SECRET_ACCESS_KEY ALT_SEC_AWS_URL ALT_SEC_AWS_USE_PATH_STYLE_ENDPOINT ALT_SEC_ENABLED
AP_INGEST_STORE_NOTES_WITHOUT_FOLLOWERS AP_LOGGER_ENABLED CAPTCHA_ENABLED CAPTCHA_ENABLED_ON_LOGIN
CAPTCHA_ENABLED_ON_REGISTER CAPTCHA_SECRET CAPTCHA_SITEKEY CAPTCHA_TRIGGERS_LOGIN_ATTEMPTS
CAPTCHA_TRIGGERS_LOGIN_ENABLED CS_BLOCKED_ACTOR CS_BLOCKED_DOMAINS CS_BLOCKED_KEYWORDS CS_CW_ACTOR
CS_CW_DOMAINS CS_CW_KEYWORDS CS_UNLISTED_ACTOR CS_UNLISTED_DOMAINS CS_UNLISTED_KEYWORDS ENABLE_COVID_LABEL
EXP_AUTOLINK_V2 EXP_CHT EXP_CPT EXP_EMC EXP_GPS EXP_LC EXP_LOOPS EXP_POLLS EXP_PUE EXP_TOP FILESYSTEM_DISK
INSTANCE_BANNER_BLURHASH INSTANCE_CONTACT_MAX_PER_DAY INSTANCE_CUR_REG_CAPTCHA
INSTANCE_CUR_REG_NOTIFY_ADMIN_ON_USER_RESPONSE INSTANCE_CUR_REG_NOTIFY_ADMIN_ON_VERIFY
INSTANCE_CUR_REG_NOTIFY_ADMIN_ON_VERIFY_BUNDLE INSTANCE_CUR_REG_NOTIFY_ADMIN_ON_VERIFY_MPD
INSTANCE_CUR_REG_RESEND_LIMIT INSTANCE_CUR_REG_STATE_ONLY_ON_CLOSED INSTANCE_LANDING_SHOW_DIRECTORY
INSTANCE_LANDING_SHOW_EXPLORE INSTANCE_LEGAL_NOTICE INSTANCE_NETWORK_TIMELINE_CACHED
INSTANCE_NETWORK_TIMELINE_CACHE_DROPOFF INSTANCE_NETWORK_TIMELINE_CACHE_MAX_HOUR_INGEST
INSTANCE_NOTIFY_AUTO_GC INSTANCE_NOTIFY_AUTO_GC_DEL_AFTER_DAYS INSTANCE_PARENTAL_CONTROLS
INSTANCE_PARENTAL_CONTROLS_MAX_CHILDREN INSTANCE_PARENTAL_CONTROLS_RESPECT_OPENREG INSTANCE_POST_EMBEDS
INSTANCE_PROFILE_EMBEDS INSTANCE_PUBLIC_LOCAL_TIMELINE INSTANCE_PUBLIC_TIMELINE_CACHED
INSTANCE_REPORTS_EMAIL_ADDRESSES INSTANCE_REPORTS_EMAIL_AUTOSPAM INSTANCE_REPORTS_EMAIL_ENABLED
INSTANCE_SOFTWARE_UPDATE_DISABLE_FAILED_WARNING MEDIA_HLS_BITRATE MEDIA_HLS_DEBUG MEDIA_HLS_ENABLED
MEDIA_HLS_P2P MEDIA_HLS_P2P_DEBUG MEDIA_HLS_P2P_ICE_SERVER MEDIA_HLS_P2P_TRACKER PF_ACCT_MIGRATION_ENABLED
PF_ADMIN_INVITES_ENABLED PF_ALLOW_APP_REGISTRATION PF_AUTH_ALLOW_EMAIL_FORGOT PF_AUTH_FORGOT_EMAIL_MAX_DAILY
PF_AUTH_FORGOT_EMAIL_MAX_HOURLY PF_AUTH_FORGOT_EMAIL_MAX_MONTHLY PF_AUTH_FORGOT_EMAIL_MAX_WEEKLY
PF_AUTOSPAM_IGNORED_TOKENS PF_AUTOSPAM_LIVE_FILTERS_CSV PF_AUTOSPAM_LIVE_FILTERS_ENABLED
PF_AUTOSPAM_NLP_SPAM_SAMPLE_LIMIT PF_BACKUP_BUCKET PF_BACKUP_DRIVER PF_BACKUP_ENDPOINT PF_BACKUP_KEY
PF_BACKUP_REGION PF_BACKUP_ROOT PF_BACKUP_SECRET PF_BOUNCER_BAN_CLOUD_API PF_BOUNCER_BAN_CLOUD_API_STRICT_MODE
PF_BOUNCER_BAN_CLOUD_LOGINS PF_BOUNCER_BAN_CLOUD_SIGNUPS PF_BOUNCER_ENABLED PF_HASHTAGS_TRENDING_LIMIT
PF_HASHTAGS_TRENDING_RECENCY_MINS PF_HASHTAGS_TRENDING_TTL PF_HIDE_NSFW_ON_PUBLIC_FEEDS PF_HOME_TIMELINE_CACHE
PF_HOME_TIMELINE_CACHE_TTL PF_IARC_RL_ATTEMPTS PF_IAR_RL_ATTEMPTS PF_IAR_RL_DECAY PF_IMPORT_FROM_INSTAGRAM
PF_IMPORT_IG_ALLOW_VIDEO_POSTS PF_IMPORT_IG_CLOUD_STORAGE PF_IMPORT_IG_MAX_ATTEMPTS PF_IMPORT_IG_MAX_POSTS
PF_IMPORT_IG_PERM_ADMIN_FOLLOWS_ONLY PF_IMPORT_IG_PERM_ADMIN_ONLY PF_IMPORT_IG_PERM_MIN_ACCOUNT_AGE
PF_IMPORT_IG_PERM_MIN_FOLLOWER_COUNT PF_IMPORT_IG_PERM_ONLY_USER_IDS PF_LOCAL_AVATAR_TO_CLOUD
PF_LOGIN_WITH_MASTODON_DOMAINS PF_LOGIN_WITH_MASTODON_ENABLED PF_LOGIN_WITH_MASTODON_ENABLED_SKIP_CLOSED
PF_LOGIN_WITH_MASTODON_ENFORCE_MAX_USES PF_LOGIN_WITH_MASTODON_MAX_USES_LIMIT
PF_LOGIN_WITH_MASTODON_ONLY_CUSTOM PF_LOGIN_WITH_MASTODON_ONLY_DEFAULT PF_LOGIN_WITH_MASTODON_SKIP_EMAIL
PF_MAX_COLLECTION_LENGTH PF_MAX_DOMAIN_BLOCKS PF_MAX_USER_BLOCKS PF_MAX_USER_MUTES PF_MEDIA_FAST_PROCESS
PF_MEDIA_MAX_ALTTEXT_LENGTH PF_NETWORK_TIMELINE PF_NETWORK_TIMELINE_DAYS_FALLOFF
PF_SECURITY_URL_TRUSTED_DOMAINS PF_SECURITY_URL_VERIFY_DNS PF_USER_INVITES PF_USER_INVITES_DAILY_LIMIT
PF_USER_INVITES_MONTHLY_LIMIT PF_USER_INVITES_TOTAL_LIMIT RESTRICT_HTML_TYPES
NAMES)),

    // Read by older releases, or by other Laravel applications: Pixelfed reads something else.
    'removed' => [
        'FILESYSTEM_DRIVER' => 'removed in 0.11.6: files stay on the local disk first; the bucket is FILESYSTEM_CLOUD',
        'APP_TIMEZONE' => 'removed in 0.11.13: always UTC',
        'PF_COSTAR_ENABLED' => 'removed in 0.11.0: CS_* replaced it',
        'INSTANCE_ANNOUNCEMENT_ENABLED' => 'removed in 0.11.0',
        'INSTANCE_ANNOUNCEMENT_MESSAGE' => 'removed in 0.11.0',
        'ADMIN_ENV_EDITOR' => 'removed in 0.11.13',
        'EXP_NS' => 'removed in 0.11.0',
        'EXP_REC' => 'removed in 0.11.0',
    ],
    'mistaken' => [
        'QUEUE_CONNECTION' => 'QUEUE_DRIVER',
        'BROADCAST_CONNECTION' => 'BROADCAST_DRIVER',
        'MAIL_MAILER' => 'MAIL_DRIVER',
        'MAIL_SCHEME' => 'MAIL_ENCRYPTION',
        'DB_URL' => 'DB_HOST and its siblings',
        'REDIS_URL' => 'REDIS_HOST and its siblings',
        'REDIS_DB' => 'REDIS_DATABASE',
        'AWS_REGION' => 'AWS_DEFAULT_REGION',
        'INSTANCE_EMAIL' => 'INSTANCE_CONTACT_EMAIL',
        'TRUSTED_PROXIES' => 'TRUST_PROXIES',
        'ACTIVITYPUB' => 'ACTIVITY_PUB',
    ],

    // What must hold between variables: name => [holds?, what is wrong].
    'together' => [
        'APP_URL' => [
            fn (array $e) => !isset($e['APP_URL'], $e['APP_DOMAIN']) || $e['APP_URL'] === 'https://' . $e['APP_DOMAIN'],
            'is not https:// and APP_DOMAIN: signed links and actors would carry another host',
        ],
        'PASSPORT_PUBLIC_KEY' => [
            fn (array $e) => isset($e['PASSPORT_PUBLIC_KEY']) === isset($e['PASSPORT_PRIVATE_KEY']),
            'PASSPORT_PRIVATE_KEY and PASSPORT_PUBLIC_KEY go together',
        ],
        'PHP_POST_MAX_SIZE' => [
            fn (array $e) => !isset($e['PHP_POST_MAX_SIZE'], $e['PHP_UPLOAD_MAX_FILE_SIZE'])
                || @ini_parse_quantity($e['PHP_POST_MAX_SIZE']) >= @ini_parse_quantity($e['PHP_UPLOAD_MAX_FILE_SIZE']),
            'is less than PHP_UPLOAD_MAX_FILE_SIZE',
        ],
        'REDIS_PATH' => [
            fn (array $e) => ($e['REDIS_SCHEME'] ?? 'tcp') !== 'unix' || ($e['REDIS_PATH'] ?? '') !== '',
            'is missing although REDIS_SCHEME is unix',
        ],
        'MAIL_PASSWORD' => [
            fn (array $e) => in_array($e['MAIL_USERNAME'] ?? 'null', ['', 'null'], true)
                || !in_array($e['MAIL_PASSWORD'] ?? 'null', ['', 'null'], true),
            'is missing although MAIL_USERNAME is given',
        ],
    ],
];
