<?php

namespace Double;

use App\Profile;
use App\User;
use Illuminate\Support\Facades\Hash;

/** The web process: routes, pages, APIs. */
final class Web
{
    /** [methods, path as a regular expression, method of this class]; groups of the path become arguments. */
    private const ROUTES = [
        ['GET', '/', 'home'],
        ['GET|POST', '/login', 'login'],
        ['POST', '/logout', 'logout'],
        ['GET|POST', '/register', 'register'],
        ['GET|POST', '/password/reset', 'passwordReset'],
        ['POST', '/password/email', 'passwordReset'],
        ['GET|POST', '/i/compose', 'compose'],
        ['GET', '/p/([\w.-]+)/(\d+)', 'post'],
        ['GET', '/i/actor', 'instanceActor'],
        ['GET', '/users/([\w.-]+)', 'person'],
        ['GET', '/api/v1/instance', 'instance'],
        ['GET', '/api/v2/instance', 'instanceV2'],
        ['GET', '/api/nodeinfo/2\.0(?:\.json)?', 'nodeinfo'],
        ['GET', '/\.well-known/nodeinfo', 'nodeinfoLinks'],
        ['GET', '/\.well-known/webfinger', 'webfinger'],
        ['GET', '/\.well-known/host-meta', 'hostMeta'],
        ['GET', '/\.well-known/change-password', 'changePassword'],
        ['POST', '/api/v1/apps', 'apps'],
        ['GET|POST', '/oauth/authorize', 'authorize'],
        ['POST', '/oauth/token', 'token'],
        ['GET', '/api/v1/accounts/verify_credentials', 'verifyCredentials'],
        ['POST', '/api/v[12]/media', 'media'],
        ['POST', '/api/v1/statuses', 'statuses'],
        ['GET', '/api/v1/statuses/(\d+)', 'showStatus'],
        ['GET', '/sw\.js', 'serviceWorker'],
        ['GET', '/([\w.-]+)', 'profile'],
    ];

    private Entities $entities;
    private ?Session $session = null;

    private function __construct(private readonly Request $request)
    {
        $this->entities = new Entities($request->origin());
    }

    public static function serve(): void
    {
        $request = new Request();
        try {
            self::demandProxy($request);
            if ((int) ($_SERVER['CONTENT_LENGTH'] ?? 0) > ini_parse_quantity(ini_get('post_max_size'))) {
                throw new HttpError(413, 'The POST data is too large: PHP_POST_MAX_SIZE');
            }
            (new self($request))->route();
        } catch (HttpError $error) {
            self::fail($request, $error->status, $error->getMessage());
        } catch (\Throwable $error) {
            Output::problem("$request->method $request->path: " . $error->getMessage());
            self::fail($request, 500, 'Server Error');
        }
    }

    /** The reverse proxy must hand over who asks for what. Without X-Forwarded-Proto, links are http:// and forms answer 419. */
    private static function demandProxy(Request $request): void
    {
        if (!isset($_SERVER['HTTP_X_FORWARDED_FOR'])) {
            throw new HttpError(400, 'double: X-Forwarded-For is missing: every visitor would have the address of the proxy');
        }
        if ($request->host !== Environment::get('APP_DOMAIN')) {
            throw new HttpError(400, 'double: Host is ' . $request->host . ', APP_DOMAIN is ' . Environment::get('APP_DOMAIN'));
        }
    }

    private static function fail(Request $request, int $status, string $message): void
    {
        http_response_code($status);
        if ($request->wantsJson()) {
            header('Content-Type: application/json');
            echo json_encode(['error' => $message]);
        } else {
            header('Content-Type: text/html; charset=utf-8');
            echo "<!doctype html><title>$status</title><h1>$status</h1><p>" . self::escape($message) . "</p>\n";
        }
    }

    private function route(): void
    {
        foreach (self::ROUTES as [$methods, $path, $action]) {
            if (preg_match("#\\A$path\\z#", $this->request->path, $groups)) {
                if (!in_array($this->request->method === 'HEAD' ? 'GET' : $this->request->method, explode('|', $methods), true)) {
                    throw new HttpError(405, 'Method Not Allowed');
                }
                $this->$action(...array_slice($groups, 1));
                return;
            }
        }
        throw new HttpError(404, 'Not Found');
    }

    private static function escape(?string $text): string
    {
        return htmlspecialchars((string) $text, ENT_QUOTES | ENT_SUBSTITUTE);
    }

    private function json(array $body, string $type = 'application/json'): void
    {
        header("Content-Type: $type");
        header('Access-Control-Allow-Origin: *');
        echo json_encode($body, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR);
    }

    private function session(): Session
    {
        return $this->session ??= new Session($this->request);
    }

    private function page(string $title, string $body): void
    {
        $this->session()->save();
        header('Content-Type: text/html; charset=utf-8');
        $name = self::escape(Settings::title());
        echo "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
            . "<title>$title · $name</title>\n<style>body{font:16px sans-serif;max-width:40em;margin:3em auto}form>*{display:block;margin:.7em 0}</style>"
            . "</head>\n<body><header><a class=\"navbar-brand\" href=\"{$this->request->origin()}/\">$name</a></header>\n<main>$body</main></body></html>\n";
    }

    private function form(string $action, string $fields, string $button, string $error = ''): string
    {
        return ($error === '' ? '' : '<p class="alert alert-danger">' . self::escape($error) . "</p>\n")
            . "<form method=\"POST\" action=\"{$this->request->origin()}$action\" enctype=\"multipart/form-data\">"
            . "<input type=\"hidden\" name=\"_token\" value=\"{$this->session()->token()}\">$fields<button type=\"submit\">$button</button></form>";
    }

    private function redirect(string $to): void
    {
        $this->session()->save();
        header('Location: ' . (str_starts_with($to, '/') ? $this->request->origin() . $to : $to), true, 302);
    }

    private function isForm(): bool
    {
        if ($this->request->method !== 'POST') {
            return false;
        }
        $this->session()->demandToken();
        return true;
    }

    /** @return User|null Null when the visitor was sent to the login form. */
    private function signedIn(): ?User
    {
        $user = $this->session()->user();
        if ($user === null) {
            $this->session()->data['intended'] = $_SERVER['REQUEST_URI'];
            $this->redirect('/login');
        }
        return $user;
    }

    private function home(): void
    {
        $user = $this->session()->user();
        if ($user === null) {
            $this->page('Welcome', "<h1>" . self::escape(Settings::title()) . "</h1><p><a href=\"{$this->request->origin()}/login\">Login</a></p>");
            return;
        }
        $this->page('Home', '<h1>Hello ' . self::escape($user->name) . '</h1><p>Signed in as <b id="username">' . self::escape($user->username) . '</b>'
            . ($user->is_admin ? ', administrator' : '') . "</p><p><a href=\"{$this->request->origin()}/i/compose\">New post</a></p>"
            . $this->form('/logout', '', 'Log out'));
    }

    private function login(): void
    {
        $error = '';
        if ($this->isForm()) {
            $user = User::where('email', (string) $this->request->input('email'))->first();
            if ($user !== null && Hash::check((string) $this->request->input('password'), $user->password)) {
                if (Environment::get('ENFORCE_EMAIL_VERIFICATION', true) === true && $user->email_verified_at === null) {
                    throw new HttpError(403, 'Your e-mail address is not verified.');
                }
                $this->session()->login($user);
                $this->redirect($this->session()->pull('intended') ?? '/');
                return;
            }
            http_response_code(422);
            $error = 'These credentials do not match our records.';
        }
        $this->page('Login', '<h1>Account Login</h1>' . $this->form(
            '/login',
            '<label for="email">Email Address</label><input id="email" type="email" name="email" required autofocus>'
                . '<label for="password">Password</label><input id="password" type="password" name="password" required>',
            'Login',
            $error,
        ) . "<p><a href=\"{$this->request->origin()}/password/reset\">Forgot Password</a></p>");
    }

    private function logout(): void
    {
        $this->isForm();
        unset($this->session()->data['user']);
        $this->redirect('/');
    }

    private function register(): void
    {
        if (!Settings::registrationsOpen()) {
            throw new HttpError(404, 'Registrations are closed.');
        }
        if ($this->isForm()) {
            $status = Kernel::instance()->call('user:create', array_combine(
                ['--name', '--username', '--email', '--password'],
                array_map($this->request->input(...), ['name', 'username', 'email', 'password']),
            ));
            if ($status !== 0) {
                throw new HttpError(422, 'The account could not be made.');
            }
            $this->redirect('/login');
            return;
        }
        $fields = array_map(
            fn (string $name) => "<label for=\"$name\">$name</label><input id=\"$name\" name=\"$name\" type=\"" . ($name === 'password' ? $name : 'text') . '" required>',
            ['name', 'username', 'email', 'password'],
        );
        $this->page('Register', '<h1>Create a new account</h1>' . $this->form('/register', implode('', $fields), 'Register'));
    }

    private function passwordReset(): void
    {
        if ($this->isForm()) {
            $email = (string) $this->request->input('email');
            if (User::where('email', $email)->exists()) {
                $token = bin2hex(random_bytes(32));
                Database::insert('password_resets', ['email' => $email, 'token' => Hash::make($token)]);
                Valkey::push('PasswordResetMail', ['email' => $email, 'token' => $token]);
            }
            $this->page('Reset Password', '<p class="alert alert-success">If your e-mail address exists in our database, you will receive a link.</p>');
            return;
        }
        $this->page('Reset Password', $this->form(
            '/password/email',
            '<label for="email">Email Address</label><input id="email" type="email" name="email" required>',
            'Send Password Reset Link',
        ));
    }

    private function compose(): void
    {
        $user = $this->signedIn();
        if ($user === null) {
            return;
        }
        if ($this->isForm()) {
            $media = Media::store($user, $_FILES['file'] ?? null, null);
            $status = $this->createStatus($user, [$media->id], $this->request->input('caption'));
            $this->redirect("/p/$user->username/$status->id");
            return;
        }
        $this->page('New post', '<h1>New post</h1>' . $this->form(
            '/i/compose',
            '<input id="file" type="file" name="file" required><label for="caption">Caption</label><textarea id="caption" name="caption"></textarea>',
            'Post',
        ));
    }

    /** @param list<int|string> $mediaIds */
    private function createStatus(User $user, array $mediaIds, ?string $text): object
    {
        // As upstream: nothing written is NULL, which PostgreSQL refuses unless the columns were relaxed.
        $caption = $text === null || $text === '' ? null : $text;
        return Database::transaction(function () use ($user, $mediaIds, $caption): object {
            $id = Database::insert('statuses', [
                'profile_id' => $user->profile_id, 'caption' => $caption, 'rendered' => $caption === null ? null : self::escape($caption),
            ]);
            foreach ($mediaIds as $mediaId) {
                $taken = Database::run('update media set status_id = ? where id = ? and user_id = ? and status_id is null', [$id, (int) $mediaId, $user->id]);
                if ($taken->rowCount() !== 1) {
                    throw new HttpError(422, 'One of media_ids is not an unused upload of yours.');
                }
            }
            return Database::select('select * from statuses where id = ?', [$id])[0];
        });
    }

    private function post(string $username, string $id): void
    {
        $status = Database::select('select s.* from statuses s join profiles p on p.id = s.profile_id where p.username = ? and s.id = ?', [$username, $id])[0]
            ?? throw new HttpError(404, 'Not Found');
        $body = '<h1>' . self::escape($username) . '</h1>';
        foreach (Database::select('select * from media where status_id = ? order by id', [$id]) as $media) {
            $body .= '<img src="' . self::escape(Media::url($media, $this->request->origin())) . '" alt="' . self::escape($media->caption) . '" width="480">';
        }
        $this->page('Post', "$body<p id=\"caption\">$status->rendered</p>");
    }

    private function profile(string $username): void
    {
        $profile = Profile::where('username', $username)->first() ?? throw new HttpError(404, 'Not Found');
        if (str_contains($_SERVER['HTTP_ACCEPT'] ?? '', 'activity+json')) {
            $this->person($username);
            return;
        }
        $this->page(self::escape($profile->username), '<h1>' . self::escape($profile->name) . '</h1>');
    }

    private function person(string $username): void
    {
        $this->demandFederation();
        $this->json($this->entities->person(Profile::where('username', $username)->first() ?? throw new HttpError(404, 'Not Found')), 'application/activity+json');
    }

    private function demandFederation(): void
    {
        if (Environment::get('ACTIVITY_PUB') !== true) {
            throw new HttpError(404, 'ACTIVITY_PUB is false.');
        }
    }

    private function instanceActor(): void
    {
        $this->demandFederation();
        $this->json($this->entities->instanceActor(), 'application/activity+json');
    }

    private function instance(): void
    {
        $this->json(Valkey::remember('api:v1:instance-data-response-v1', 1800, $this->entities->instance(...)));
    }

    private function instanceV2(): void
    {
        $this->json(Valkey::remember('api:v2:instance-data-response-v2', 1800, $this->entities->instanceV2(...)));
    }

    private function nodeinfo(): void
    {
        $this->demandOn('NODEINFO');
        $this->json(Valkey::remember('api:nodeinfo', 900, $this->entities->nodeinfo(...)) + ['openRegistrations' => Settings::registrationsOpen()]);
    }

    private function nodeinfoLinks(): void
    {
        $this->demandOn('NODEINFO');
        $this->json($this->entities->nodeinfoLinks());
    }

    private function demandOn(string $variable): void
    {
        if (Environment::get($variable, true) !== true) {
            throw new HttpError(404, "$variable is false.");
        }
    }

    private function webfinger(): void
    {
        $this->json($this->entities->webfinger((string) $this->request->input('resource')));
    }

    private function hostMeta(): void
    {
        $this->demandOn('WEBFINGER');
        header('Content-Type: application/xrd+xml');
        echo '<?xml version="1.0" encoding="UTF-8"?><XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0"><Link rel="lrdd" type="application/xrd+xml" template="'
            . $this->request->origin() . '/.well-known/webfinger?resource={uri}"/></XRD>';
    }

    private function changePassword(): void
    {
        $this->redirect('/settings/password');
    }

    private function serviceWorker(): void
    {
        header('Content-Type: text/javascript');
        echo "// nothing\n";
    }

    private function apps(): void
    {
        $name = $this->request->input('client_name');
        $uris = $this->request->input('redirect_uris');
        if ((string) $name === '' || (string) $uris === '') {
            throw new HttpError(422, 'The client_name and redirect_uris fields are required.');
        }
        $secret = bin2hex(random_bytes(20));
        $id = Database::insert('oauth_clients', ['name' => $name, 'secret' => $secret, 'redirect' => implode(',', explode("\n", $uris))]);
        $this->json(['id' => (string) $id, 'name' => $name, 'website' => null, 'redirect_uri' => $uris, 'client_id' => (string) $id,
            'client_secret' => $secret, 'vapid_key' => null]);
    }

    private function authorize(): void
    {
        $user = $this->signedIn();
        if ($user === null) {
            return;
        }
        if ($this->isForm()) {
            $asked = $this->session()->pull('authorize') ?? throw new HttpError(400, 'Authorization request was not present in the session.');
            if (!hash_equals($asked['auth_token'], (string) $this->request->input('auth_token'))) {
                throw new HttpError(403, 'The provided auth token for the request is different from the session auth token.');
            }
            $client = AccessTokens::client($asked['client_id'], $asked['redirect_uri']);
            $answer = array_filter(['code' => AccessTokens::code($user, $client, $asked['redirect_uri'], $asked['scope']), 'state' => $asked['state']]);
            $this->redirect($asked['redirect_uri'] . (str_contains($asked['redirect_uri'], '?') ? '&' : '?') . http_build_query($answer));
            return;
        }
        $client = AccessTokens::client($this->request->input('client_id'), (string) $this->request->input('redirect_uri'));
        if ($this->request->input('response_type') !== 'code') {
            throw new HttpError(400, 'unsupported_grant_type: response_type must be code');
        }
        $token = bin2hex(random_bytes(16));
        $this->session()->data['authorize'] = ['client_id' => (string) $client->id, 'redirect_uri' => $this->request->input('redirect_uri'),
            'scope' => $this->request->input('scope') ?? 'read', 'state' => $this->request->input('state'), 'auth_token' => $token];
        $this->page('Authorization Request', '<h1>Authorization Request</h1><p><b>' . self::escape($client->name)
            . '</b> is requesting permission to access your account.</p>' . $this->form(
                '/oauth/authorize',
                '<input type="hidden" name="state" value="' . self::escape($this->request->input('state')) . "\"><input type=\"hidden\" name=\"client_id\""
                    . " value=\"$client->id\"><input type=\"hidden\" name=\"auth_token\" value=\"$token\">",
                'Authorize',
            ));
    }

    private function token(): void
    {
        header('Cache-Control: no-store');
        $this->json(AccessTokens::grant($this->request));
    }

    private function verifyCredentials(): void
    {
        $user = AccessTokens::demandUser('read');
        $this->json($this->entities->account($user->profile) + [
            'source' => ['privacy' => 'public', 'sensitive' => false, 'language' => null, 'note' => '', 'fields' => []],
        ]);
    }

    private function media(): void
    {
        $user = AccessTokens::demandUser('write');
        $this->json($this->entities->media(Media::store($user, $_FILES['file'] ?? null, $this->request->input('description'))));
    }

    private function statuses(): void
    {
        $user = AccessTokens::demandUser('write');
        $mediaIds = $this->request->list('media_ids');
        if ($mediaIds === [] || count($mediaIds) > (int) Environment::get('MAX_ALBUM_LENGTH', 4)) {
            throw new HttpError(422, 'The media_ids field is required, with at most MAX_ALBUM_LENGTH members.');
        }
        $this->json($this->entities->status($this->createStatus($user, $mediaIds, $this->request->input('status'))));
    }

    private function showStatus(string $id): void
    {
        $status = Database::select('select * from statuses where id = ?', [$id])[0] ?? throw new HttpError(404, 'Record not found');
        $this->json($this->entities->status($status));
    }
}
