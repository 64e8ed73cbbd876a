<?php

namespace Illuminate\Support\Facades;

use Double\Database;

final class DB
{
    public static function select(string $sql, array $bindings = []): array
    {
        return Database::select($sql, $bindings);
    }

    public static function selectOne(string $sql, array $bindings = []): ?object
    {
        return Database::select($sql, $bindings)[0] ?? null;
    }

    public static function scalar(string $sql, array $bindings = []): mixed
    {
        return Database::value($sql, $bindings);
    }

    public static function statement(string $sql, array $bindings = []): bool
    {
        Database::run($sql, $bindings);
        return true;
    }

    public static function unprepared(string $sql): bool
    {
        Database::connection()->exec($sql);
        return true;
    }

    public static function insert(string $sql, array $bindings = []): bool
    {
        return self::statement($sql, $bindings);
    }

    public static function update(string $sql, array $bindings = []): int
    {
        return Database::run($sql, $bindings)->rowCount();
    }

    public static function delete(string $sql, array $bindings = []): int
    {
        return Database::run($sql, $bindings)->rowCount();
    }

    public static function transaction(callable $work): mixed
    {
        return Database::transaction($work);
    }
}
