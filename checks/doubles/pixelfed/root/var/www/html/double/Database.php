<?php

namespace Double;

use PDO;
use PDOStatement;

final class Database
{
    private static ?PDO $connection = null;

    public static function connection(): PDO
    {
        $quote = fn (mixed $value): string => "'" . addcslashes((string) $value, "'\\") . "'";
        return self::$connection ??= new PDO(
            'pgsql:host=' . $quote(Environment::get('DB_HOST')) . ';port=' . $quote(Environment::get('DB_PORT'))
                . ';dbname=' . $quote(Environment::get('DB_DATABASE')) . ';connect_timeout=5',
            (string) Environment::get('DB_USERNAME'),
            (string) Environment::get('DB_PASSWORD'),
            [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION, PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_OBJ],
        );
    }

    /** After a fork, or when the server went away. */
    public static function forget(): void
    {
        self::$connection = null;
    }

    public static function run(string $sql, array $bindings = []): PDOStatement
    {
        $statement = self::connection()->prepare($sql);
        foreach ($bindings as $key => $value) {
            $type = match (true) {
                is_bool($value) => PDO::PARAM_BOOL,
                is_int($value) => PDO::PARAM_INT,
                $value === null => PDO::PARAM_NULL,
                default => PDO::PARAM_STR,
            };
            $statement->bindValue(is_int($key) ? $key + 1 : $key, $value, $type);
        }
        $statement->execute();
        return $statement;
    }

    /** @return list<object> */
    public static function select(string $sql, array $bindings = []): array
    {
        return self::run($sql, $bindings)->fetchAll();
    }

    public static function value(string $sql, array $bindings = []): mixed
    {
        $row = self::run($sql, $bindings)->fetch(PDO::FETCH_NUM);
        return $row === false ? null : $row[0];
    }

    /** @return mixed The new row's id. */
    public static function insert(string $table, array $values): mixed
    {
        $columns = implode(', ', array_map(fn (string $name) => "\"$name\"", array_keys($values)));
        $marks = implode(', ', array_fill(0, count($values), '?'));
        return self::value("insert into \"$table\" ($columns) values ($marks) returning id", array_values($values));
    }

    public static function transaction(callable $work): mixed
    {
        self::connection()->beginTransaction();
        try {
            $result = $work();
            self::connection()->commit();
            return $result;
        } catch (\Throwable $error) {
            self::connection()->rollBack();
            throw $error;
        }
    }

    public static function hasTable(string $name): bool
    {
        return self::value('select to_regclass(?)', [$name]) !== null;
    }
}
