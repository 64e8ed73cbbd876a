<?php

namespace Double;

use Redis;
use RuntimeException;

/** Queue, cache and Horizon's state in Valkey, by phpredis. */
final class Valkey
{
    private static ?Redis $connection = null;

    public static function connection(): Redis
    {
        if (self::$connection === null) {
            $redis = new Redis();
            try {
                match (Environment::get('REDIS_SCHEME', 'tcp')) {
                    'unix' => $redis->connect(Environment::get('REDIS_PATH')),
                    'tls' => $redis->connect('tls://' . Environment::get('REDIS_HOST'), (int) Environment::get('REDIS_PORT'), 5),
                    default => $redis->connect(Environment::get('REDIS_HOST'), (int) Environment::get('REDIS_PORT'), 5),
                };
                $password = Environment::get('REDIS_PASSWORD');
                if ($password !== null && $password !== '') {
                    $redis->auth($password);
                }
                $redis->select((int) Environment::get('REDIS_DATABASE', 0));
                $redis->ping();
            } catch (\RedisException $error) {
                throw new RuntimeException('REDIS_HOST: ' . $error->getMessage());
            }
            self::$connection = $redis;
        }
        return self::$connection;
    }

    public static function forget(): void
    {
        self::$connection = null;
    }

    /** Cache::remember. Upstream's prefix follows the instance's name, so most new titles do not meet old answers. */
    public static function remember(string $key, int $seconds, callable $make): mixed
    {
        $name = self::cachePrefix() . ':' . $key;
        $kept = self::connection()->get($name);
        if ($kept !== false) {
            return json_decode($kept, true);
        }
        $value = $make();
        self::connection()->setex($name, $seconds, json_encode($value));
        return $value;
    }

    public static function clearCache(): void
    {
        foreach (self::connection()->keys(addcslashes(self::cachePrefix(), '*?[]\\') . ':*') as $key) {
            self::connection()->del($key);
        }
    }

    private static function cachePrefix(): string
    {
        // Upstream's default: two names with one slug, or a CACHE_PREFIX, keep old answers until they expire.
        $slug = preg_replace('/[^\p{L}\p{N}\s_-]+/u', '', mb_strtolower((string) Environment::get('APP_NAME')));
        return (string) Environment::get('CACHE_PREFIX', trim(preg_replace('/[\s_-]+/', '_', $slug), '_') . '_cache');
    }

    public static function push(string $job, array $data, int $attempts = 0): void
    {
        $payload = json_encode(['uuid' => bin2hex(random_bytes(8)), 'displayName' => $job, 'data' => $data, 'attempts' => $attempts]);
        self::connection()->rPush('queues:default', $payload);
    }

    /** @return array{displayName: string, data: array, attempts: int}|null */
    public static function pop(): ?array
    {
        $payload = self::connection()->lPop('queues:default');
        return $payload === false ? null : json_decode($payload, true);
    }

    public static function horizonKey(string $name): string
    {
        return Environment::get('HORIZON_PREFIX') . $name;
    }

    /** Two instances with one prefix on one Valkey would run each other's jobs. */
    public static function demandOwnPrefix(): void
    {
        $mine = (string) Environment::get('APP_DOMAIN');
        self::connection()->setnx(self::horizonKey('instance'), $mine);
        $owner = self::connection()->get(self::horizonKey('instance'));
        if ($owner !== $mine) {
            throw new RuntimeException("HORIZON_PREFIX: already used by $owner on this Valkey");
        }
    }
}
