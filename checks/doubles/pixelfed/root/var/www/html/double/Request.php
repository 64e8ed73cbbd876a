<?php

namespace Double;

/** The request as Laravel sees it: forwarded headers count only when TRUST_PROXIES trusts who sent them. */
final class Request
{
    public readonly string $method;
    public readonly string $path;
    public readonly string $host;
    public readonly bool $secure;
    public readonly ?string $forwardedFor;
    public readonly bool $trusted;
    private array $input;

    public function __construct()
    {
        $this->method = $_SERVER['REQUEST_METHOD'];
        $this->path = rtrim((string) parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH), '/') ?: '/';
        $this->trusted = self::trusts($_SERVER['REMOTE_ADDR']);
        $forwarded = fn (string $name): ?string => $this->trusted ? $_SERVER["HTTP_X_FORWARDED_$name"] ?? null : null;
        $this->host = $forwarded('HOST') ?? $_SERVER['HTTP_HOST'] ?? '';
        $this->secure = $forwarded('PROTO') === 'https';
        $this->forwardedFor = $forwarded('FOR');
        $json = str_starts_with($_SERVER['CONTENT_TYPE'] ?? '', 'application/json')
            ? json_decode((string) file_get_contents('php://input'), true)
            : null;
        $this->input = (is_array($json) ? $json : []) + $_POST + $_GET;
    }

    public function input(string $name): ?string
    {
        $value = $this->input[$name] ?? null;
        return is_scalar($value) ? (string) $value : null;
    }

    public function list(string $name): array
    {
        return array_values((array) ($this->input[$name] ?? []));
    }

    public function origin(): string
    {
        return ($this->secure ? 'https://' : 'http://') . $this->host;
    }

    public function wantsJson(): bool
    {
        return str_starts_with($this->path, '/api/') || $this->path === '/oauth/token' || str_contains($_SERVER['HTTP_ACCEPT'] ?? '', 'json');
    }

    private static function trusts(string $address): bool
    {
        foreach (array_map(trim(...), explode(',', (string) Environment::get('TRUST_PROXIES'))) as $range) {
            if ($range === '*' || $range === '**') {
                return true;
            }
            [$network, $bits] = explode('/', $range) + [1 => null];
            $wanted = @inet_pton($network);
            $given = @inet_pton($address);
            if ($wanted === false || $given === false || strlen($wanted) !== strlen($given)) {
                continue;
            }
            $binary = fn (string $bytes) => implode('', array_map(fn (string $byte) => sprintf('%08b', ord($byte)), str_split($bytes)));
            if (strncmp($binary($wanted), $binary($given), (int) ($bits ?? 8 * strlen($wanted))) === 0) {
                return true;
            }
        }
        return false;
    }
}
