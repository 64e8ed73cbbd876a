<?php

namespace Double;

/** Upstream's config_cache(): with ENABLE_CONFIG_CACHE the first value is kept in the database, and wins from then on. */
final class Settings
{
    public static function get(string $key, string $variable, mixed $default = null): mixed
    {
        $value = Environment::get($variable, $default);
        if (Environment::get('ENABLE_CONFIG_CACHE', true) !== true) {
            return $value;
        }
        Database::run('insert into config_cache (k, v) values (?, ?) on conflict do nothing', [$key, json_encode($value)]);
        return json_decode(Database::value('select v from config_cache where k = ?', [$key]), true);
    }

    public static function title(): string
    {
        return (string) self::get('app.name', 'APP_NAME');
    }

    public static function registrationsOpen(): bool
    {
        return (bool) self::get('pixelfed.open_registration', 'OPEN_REGISTRATION', true);
    }
}
