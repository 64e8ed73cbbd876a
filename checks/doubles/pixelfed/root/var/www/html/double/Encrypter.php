<?php

namespace Double;

use RuntimeException;

/** AES-256-CBC with a MAC by APP_KEY, like Laravel's. */
final class Encrypter
{
    private static function key(): string
    {
        return base64_decode(substr((string) Environment::get('APP_KEY'), 7));
    }

    public static function encrypt(string $text): string
    {
        $iv = random_bytes(16);
        $value = base64_encode(openssl_encrypt($text, 'aes-256-cbc', self::key(), OPENSSL_RAW_DATA, $iv));
        $iv = base64_encode($iv);
        return base64_encode(json_encode(['iv' => $iv, 'value' => $value, 'mac' => hash_hmac('sha256', $iv . $value, self::key())]));
    }

    public static function decrypt(string $payload): string
    {
        $parts = json_decode((string) base64_decode($payload), true);
        if (!isset($parts['iv'], $parts['value'], $parts['mac'])) {
            throw new RuntimeException('The payload is invalid.');
        }
        if (!hash_equals(hash_hmac('sha256', $parts['iv'] . $parts['value'], self::key()), $parts['mac'])) {
            throw new RuntimeException('APP_KEY: The MAC is invalid: the database was made with another key');
        }
        return openssl_decrypt(base64_decode($parts['value']), 'aes-256-cbc', self::key(), OPENSSL_RAW_DATA, base64_decode($parts['iv']));
    }

    /** The key must stay the same for ever: something encrypted is kept in the database. */
    public static function demandSameKey(): void
    {
        if (!Database::hasTable('double_facts')) {
            return;
        }
        $kept = Database::value("select value from double_facts where id = 'app_key'");
        if ($kept === null) {
            Database::run("insert into double_facts (id, value) values ('app_key', ?) on conflict do nothing", [self::encrypt('kept')]);
        } else {
            self::decrypt($kept);
        }
    }
}
