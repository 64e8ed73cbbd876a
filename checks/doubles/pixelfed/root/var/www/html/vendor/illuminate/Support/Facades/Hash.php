<?php

namespace Illuminate\Support\Facades;

final class Hash
{
    public static function make(string $value): string
    {
        return password_hash($value, PASSWORD_BCRYPT, ['cost' => 10]);
    }

    public static function check(string $value, ?string $hash): bool
    {
        return $hash !== null && $hash !== '' && password_verify($value, $hash);
    }
}
