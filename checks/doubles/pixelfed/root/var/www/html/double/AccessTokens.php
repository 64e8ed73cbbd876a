<?php

namespace Double;

use App\User;

/** OAuth 2 as Passport does it: codes in the database, tokens are JWTs signed by the passport key. */
final class AccessTokens
{
    private static function encode(string $bytes): string
    {
        return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
    }

    private static function decode(string $text): string
    {
        return (string) base64_decode(strtr($text, '-_', '+/'));
    }

    public static function client(?string $id, ?string $redirect): object
    {
        $client = ctype_digit((string) $id) ? Database::select('select * from oauth_clients where id = ?', [$id])[0] ?? null : null;
        if ($client === null || ($redirect !== null && !in_array($redirect, preg_split('/[\s,]+/', $client->redirect), true))) {
            throw new HttpError(401, 'invalid_client: Client authentication failed');
        }
        return $client;
    }

    public static function code(User $user, object $client, string $redirect, string $scopes): string
    {
        $code = bin2hex(random_bytes(40));
        Database::run(
            "insert into oauth_auth_codes (id, user_id, client_id, redirect, scopes, expires_at) values (?, ?, ?, ?, ?, now() + interval '10 minutes')",
            [$code, $user->id, $client->id, $redirect, $scopes],
        );
        return $code;
    }

    public static function grant(Request $request): array
    {
        $client = self::client($request->input('client_id'), null);
        if (!hash_equals((string) $client->secret, (string) $request->input('client_secret'))) {
            throw new HttpError(401, 'invalid_client: Client authentication failed');
        }
        return match ($request->input('grant_type')) {
            'authorization_code' => self::exchange($client, $request),
            'client_credentials' => self::issue(null, $client, $request->input('scope') ?? 'read'),
            default => throw new HttpError(400, 'unsupported_grant_type'),
        };
    }

    private static function exchange(object $client, Request $request): array
    {
        $code = Database::select(
            'update oauth_auth_codes set used = true where id = ? and client_id = ? and not used and expires_at > now() returning *',
            [(string) $request->input('code'), $client->id],
        )[0] ?? null;
        if ($code === null || $code->redirect !== $request->input('redirect_uri')) {
            throw new HttpError(400, 'invalid_grant: Cannot decrypt the authorization code, or it was used, or redirect_uri differs');
        }
        return self::issue($code->user_id, $client, (string) $code->scopes);
    }

    private static function issue(?int $user, object $client, string $scopes): array
    {
        $id = bin2hex(random_bytes(40));
        $seconds = 86400 * (int) Environment::get('OAUTH_TOKEN_DAYS', 365);
        Database::run('insert into oauth_access_tokens (id, user_id, client_id, scopes, expires_at) values (?, ?, ?, ?, to_timestamp(?))', [
            $id, $user, $client->id, $scopes, time() + $seconds,
        ]);
        $body = self::encode(json_encode(['alg' => 'RS256', 'typ' => 'JWT'])) . '.'
            . self::encode(json_encode(['aud' => (string) $client->id, 'jti' => $id, 'sub' => (string) $user, 'exp' => time() + $seconds]));
        openssl_sign($body, $signature, PassportKeys::private(), OPENSSL_ALGO_SHA256);
        return [
            'token_type' => 'Bearer', 'expires_in' => $seconds, 'access_token' => $body . '.' . self::encode($signature),
            'scope' => $scopes, 'created_at' => time(),
        ];
    }

    /** The user of the request's token, which must have the scope. */
    public static function demandUser(string $scope): User
    {
        $unauthenticated = new HttpError(401, 'Unauthenticated.');
        if (!preg_match('/\ABearer ([\w-]+\.[\w-]+)\.([\w-]+)\z/', $_SERVER['HTTP_AUTHORIZATION'] ?? '', $match)
            || openssl_verify($match[1], self::decode($match[2]), PassportKeys::public(), OPENSSL_ALGO_SHA256) !== 1) {
            throw $unauthenticated;
        }
        $claims = json_decode(self::decode(explode('.', $match[1])[1]), true);
        $token = Database::select('select * from oauth_access_tokens where id = ? and not revoked and expires_at > now()', [$claims['jti']])[0] ?? null;
        $user = $token?->user_id === null ? null : User::find($token->user_id);
        if ($user === null) {
            throw $unauthenticated;
        }
        if (!in_array($scope, explode(' ', (string) $token->scopes), true)) {
            throw new HttpError(403, "This action needs the scope $scope.");
        }
        return $user;
    }
}
