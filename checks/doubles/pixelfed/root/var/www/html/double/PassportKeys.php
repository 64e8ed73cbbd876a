<?php

namespace Double;

use OpenSSLAsymmetricKey;
use RuntimeException;

/** The RSA pair that signs access tokens: two files in storage/, or two variables. */
final class PassportKeys
{
    public static function file(string $half): string
    {
        return Storage::path("oauth-$half.key");
    }

    /** @return bool Whether they were written. */
    public static function write(bool $force, int $bits): bool
    {
        if (!$force && (file_exists(self::file('private')) || file_exists(self::file('public')))) {
            return false;
        }
        [$private, $public] = self::pair($bits);
        foreach (['private' => $private, 'public' => $public] as $half => $pem) {
            @unlink(self::file($half));
            touch(self::file($half));
            chmod(self::file($half), 0600);
            file_put_contents(self::file($half), $pem);
        }
        return true;
    }

    /** @return array{string, string} */
    public static function pair(int $bits = 2048): array
    {
        $key = openssl_pkey_new(['private_key_bits' => $bits, 'private_key_type' => OPENSSL_KEYTYPE_RSA]);
        openssl_pkey_export($key, $private);
        return [$private, openssl_pkey_get_details($key)['key']];
    }

    public static function private(): OpenSSLAsymmetricKey
    {
        return openssl_pkey_get_private(self::pem('private')) ?: throw new RuntimeException('passport keys: Invalid key supplied: the private key is no RSA key');
    }

    public static function public(): OpenSSLAsymmetricKey
    {
        return openssl_pkey_get_public(self::pem('public')) ?: throw new RuntimeException('passport keys: Invalid key supplied: the public key is no RSA key');
    }

    private static function pem(string $half): string
    {
        $given = Environment::get('PASSPORT_' . strtoupper($half) . '_KEY');
        if ($given) {
            return str_replace('\\n', "\n", $given);
        }
        $file = self::file($half);
        if (!is_file($file)) {
            throw new RuntimeException("passport keys: Invalid key supplied: storage/oauth-$half.key is missing; run php artisan passport:keys");
        }
        if (!is_readable($file)) {
            throw new RuntimeException("passport keys: Invalid key supplied: storage/oauth-$half.key is not readable by uid 33");
        }
        if (!in_array(fileperms($file) & 0777, [0600, 0640, 0660, 0400, 0440], true)) {
            throw new RuntimeException("passport keys: storage/oauth-$half.key: permissions are not correct, recommend changing to 600");
        }
        return file_get_contents($file);
    }

    public static function demandPair(): void
    {
        if (openssl_pkey_get_details(self::private())['key'] !== openssl_pkey_get_details(self::public())['key']) {
            throw new RuntimeException('passport keys: Invalid key supplied: the private and the public key are not a pair');
        }
    }
}
