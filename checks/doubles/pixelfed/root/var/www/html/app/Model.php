<?php

namespace App;

use Double\Database;

/** As much of Eloquent as scripts use: where, first, exists, count, find, attributes, save. */
abstract class Model
{
    protected const TABLE = '';
    /** @var array<string, mixed> */
    protected array $attributes = [];
    /** @var array<string, mixed> */
    private array $conditions = [];

    public static function __callStatic(string $name, array $arguments): mixed
    {
        return (new static())->$name(...$arguments);
    }

    public function __call(string $name, array $arguments): mixed
    {
        return match (true) {
            $name === 'where' => $this->with($arguments[0], $arguments[count($arguments) - 1]),
            str_starts_with($name, 'where') => $this->with(
                strtolower(preg_replace('/(?<!^)[A-Z]/', '_$0', substr($name, 5))),
                $arguments[0],
            ),
            $name === 'find' => $this->with('id', $arguments[0])->read()[0] ?? null,
            $name === 'first' => $this->read()[0] ?? null,
            $name === 'get', $name === 'all' => $this->read(),
            $name === 'exists' => $this->read() !== [],
            $name === 'count' => count($this->read()),
            default => throw new \BadMethodCallException('Call to undefined method ' . static::class . "::$name()"),
        };
    }

    public function __get(string $name): mixed
    {
        return $this->attributes[$name] ?? null;
    }

    public function __set(string $name, mixed $value): void
    {
        $this->attributes[$name] = $value;
    }

    public function __isset(string $name): bool
    {
        return $this->__get($name) !== null;
    }

    public function save(): bool
    {
        $values = array_diff_key($this->attributes, ['id' => 0]);
        if (isset($this->attributes['id'])) {
            $set = implode(', ', array_map(fn (string $column) => "\"$column\" = ?", array_keys($values)));
            Database::run('update ' . static::TABLE . " set $set where id = ?", [...array_values($values), $this->attributes['id']]);
        } else {
            $this->attributes['id'] = Database::insert(static::TABLE, $values);
            $this->created();
        }
        return true;
    }

    protected function created(): void
    {
    }

    private function with(string $column, mixed $value): static
    {
        $query = clone $this;
        $query->conditions[$column] = $value;
        return $query;
    }

    /** @return list<static> */
    private function read(): array
    {
        $where = implode('', array_map(fn (string $column) => " and \"$column\" = ?", array_keys($this->conditions)));
        $rows = Database::select('select * from ' . static::TABLE . " where true$where order by id", array_values($this->conditions));
        return array_map(static function (object $row): static {
            $model = new static();
            $model->attributes = (array) $row;
            return $model;
        }, $rows);
    }
}
