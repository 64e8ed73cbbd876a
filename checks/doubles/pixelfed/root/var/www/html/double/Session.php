<?php

namespace Double;

use App\User;

/** A row in sessions and an encrypted cookie that is Secure and belongs to SESSION_DOMAIN. */
final class Session
{
    private const COOKIE = 'pxfs';
    private string $id;
    public array $data;

    public function __construct(private readonly Request $request)
    {
        $row = null;
        if ($this->cookieReturns() === null && isset($_COOKIE[self::COOKIE])) {
            try {
                $this->id = Encrypter::decrypt($_COOKIE[self::COOKIE]);
                $row = Database::select('select payload from sessions where id = ?', [$this->id])[0] ?? null;
            } catch (\RuntimeException) {
                // A cookie by another APP_KEY is no cookie, as in Laravel.
            }
        }
        if ($row === null) {
            $this->id = bin2hex(random_bytes(20));
            $this->data = ['_token' => bin2hex(random_bytes(20))];
        } else {
            $this->data = json_decode($row->payload, true);
        }
    }

    /** @return string|null Why a browser would not send the cookie back. */
    public function cookieReturns(): ?string
    {
        if (!$this->request->secure) {
            return 'the session cookie is Secure, and this request is not known to be HTTPS: ' . ($this->request->trusted
                ? 'X-Forwarded-Proto: https is missing' : 'TRUST_PROXIES does not trust ' . $_SERVER['REMOTE_ADDR']);
        }
        $domain = ltrim((string) Environment::get('SESSION_DOMAIN'), '.');
        $host = explode(':', $this->request->host)[0];
        if ($domain !== '' && $host !== $domain && !str_ends_with($host, ".$domain")) {
            return "SESSION_DOMAIN is $domain, the request is for $host";
        }
        return null;
    }

    public function token(): string
    {
        return $this->data['_token'];
    }

    public function demandToken(): void
    {
        if (!hash_equals($this->token(), (string) $this->request->input('_token'))) {
            throw new HttpError(419, 'Page Expired: ' . ($this->cookieReturns() ?? 'the CSRF token does not match the session'));
        }
    }

    public function user(): ?User
    {
        return isset($this->data['user']) ? User::find($this->data['user']) : null;
    }

    public function login(User $user): void
    {
        Database::run('delete from sessions where id = ?', [$this->id]);
        $this->id = bin2hex(random_bytes(20));
        $this->data['user'] = $user->id;
    }

    /** Takes a value that only the next page needs. */
    public function pull(string $name): mixed
    {
        $value = $this->data[$name] ?? null;
        unset($this->data[$name]);
        return $value;
    }

    public function save(): void
    {
        Database::run(
            'insert into sessions (id, user_id, ip_address, payload, last_activity) values (?, ?, ?, ?, ?)
             on conflict (id) do update set user_id = excluded.user_id, payload = excluded.payload, last_activity = excluded.last_activity',
            [$this->id, $this->data['user'] ?? null, explode(',', (string) $this->request->forwardedFor)[0], json_encode($this->data), time()],
        );
        setcookie(self::COOKIE, Encrypter::encrypt($this->id), [
            'expires' => time() + 60 * (int) Environment::get('SESSION_LIFETIME', 86400),
            'path' => '/',
            'domain' => (string) Environment::get('SESSION_DOMAIN'),
            'secure' => true,
            'httponly' => true,
            'samesite' => ucfirst((string) Environment::get('SESSION_SAME_SITE_COOKIES', 'lax')),
        ]);
    }
}
