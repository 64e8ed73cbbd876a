<?php

namespace Double;

/** Reads the environment as Laravel does, and finds everything that is wrong with it. */
final class Environment
{
    /** name => [regular expression or null, what is expected]; compared with the whole value. */
    private const FORMATS = [
        'any' => [null, ''],
        'text' => ['/\S/s', 'text'],
        'secret' => ['/\A[^\s"\']{8,}\z/', 'at least 8 characters without blanks or quotes'],
        'bool' => ['/\A(true|false)\z/', 'true or false, without quotes'],
        'int' => ['/\A-?\d+\z/', 'a whole number'],
        'int-or-false' => ['/\A(\d+|false)\z/', 'a whole number or false'],
        'percent' => ['/\A(\d{1,2}|100)\z/', '0 to 100'],
        'port' => ['/\A[1-9]\d{0,4}\z/', 'a port'],
        'port-or-zero' => ['/\A\d{1,5}\z/', 'a port'],
        'size' => ['/\A\d+[KMG]?\z/', "a size in PHP's notation such as 500M"],
        'identifier' => ['/\A[A-Za-z0-9_-]{1,63}\z/', 'letters, digits, _ and -'],
        'bucket' => ['/\A[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\z/', 'the name of a bucket'],
        'locale' => ['/\A[a-z]{2,3}([-_][A-Za-z]{2,4})?\z/', 'a locale'],
        'host' => ['/\A(?!-)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\z/', 'a bare host name, no scheme, port or slash'],
        'host-or-null' => ['/\A(null|\.?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*)\z/', 'a bare host name or null'],
        'host-or-socket' => ['/\A([A-Za-z0-9:.-]+|\/.+)\z/', 'a host, an address or a socket'],
        'https-origin' => ['/\Ahttps:\/\/[A-Za-z0-9.-]+\z/', 'https://host, no trailing slash'],
        'http-base' => ['/\Ahttps?:\/\/[A-Za-z0-9.:\/_-]*[A-Za-z0-9]\z/', 'http(s)://…, no trailing slash'],
        'email' => ['/\A[^\s@"\']+@[A-Za-z0-9.-]+\z/', 'an e-mail address'],
        'mime-types' => ['/\A[a-z]+\/[a-z0-9.+-]+(,[a-z]+\/[a-z0-9.+-]+)*\z/', 'MIME types separated by commas'],
        'proxies' => ['/\A(\*{1,2}|[0-9A-Fa-f.:\/]+(,\s*[0-9A-Fa-f.:\/]+)*)\z/', '* or addresses and CIDR ranges separated by commas'],
        'horizon-prefix' => ['/\A(?!horizon-\z)[A-Za-z0-9_.:-]{3,}\z/', "a prefix of this instance's own, not upstream's default"],
        'laravel-key' => [null, 'base64: and base64 of 32 bytes (Unsupported cipher or incorrect key length)'],
    ];

    /** @var array<string, string>|null What config:cache kept; it wins over the environment, as in Laravel. */
    private static ?array $cached = null;

    public static function cacheFile(): string
    {
        return ROOT . '/bootstrap/cache/config.php';
    }

    public static function useCache(): void
    {
        self::$cached = is_file(self::cacheFile()) ? require self::cacheFile() : null;
    }

    /** @return array<string, string> */
    public static function all(): array
    {
        return self::$cached ?? getenv();
    }

    /** Laravel's env(): words become values, and a pair of quotes around the whole is taken away. */
    public static function get(string $name, mixed $default = null): mixed
    {
        $value = self::all()[$name] ?? null;
        if ($value === null) {
            return $default;
        }
        return match (strtolower($value)) {
            'true', '(true)' => true,
            'false', '(false)' => false,
            'null', '(null)' => null,
            'empty', '(empty)' => '',
            default => preg_match('/\A([\'"])(.*)\1\z/s', $value, $match) ? $match[2] : $value,
        };
    }

    /**
     * @param array<string, string> $environment
     * @return list<string> One line for each problem, without values: they may be secret.
     */
    public static function problems(array $environment): array
    {
        $table = require __DIR__ . '/environment-variables.php';
        $problems = [];
        foreach (array_diff_key($table['required'], $environment) as $name => $_) {
            $problems[] = "$name: is missing";
        }
        foreach ($environment as $name => $value) {
            $format = $table['required'][$name] ?? $table['optional'][$name] ?? null;
            if ($format !== null) {
                $wrong = self::wrong($value, $format);
                if ($wrong !== null) {
                    $problems[] = "$name: $wrong";
                }
            } elseif (isset($table['removed'][$name])) {
                $problems[] = "$name: {$table['removed'][$name]}";
            } elseif (isset($table['mistaken'][$name])) {
                $problems[] = "$name: unknown variable; Pixelfed reads {$table['mistaken'][$name]}";
            } elseif (preg_match($table['families'], $name) && !in_array($name, $table['ignored'], true)) {
                $problems[] = "$name: unknown variable";
            }
        }
        foreach ($table['together'] as $name => [$holds, $wrong]) {
            if (!$holds($environment)) {
                $problems[] = "$name: $wrong";
            }
        }
        return $problems;
    }

    private static function wrong(string $value, string|array $format): ?string
    {
        if (is_array($format)) {
            return in_array($value, $format, true) ? null : 'must be ' . implode(' or ', array_map(json_encode(...), $format));
        }
        [$expression, $expected] = self::FORMATS[$format];
        $right = $format === 'laravel-key'
            ? str_starts_with($value, 'base64:') && strlen((string) base64_decode(substr($value, 7), true)) === 32
            : $expression === null || preg_match($expression, $value) === 1;
        return $right ? null : "must be $expected";
    }
}
