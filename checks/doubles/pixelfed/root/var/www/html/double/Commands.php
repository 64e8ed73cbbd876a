<?php

namespace Double;

use App\User;
use Illuminate\Support\Facades\Hash;

/** Artisan's commands: the table says which options they take (true: with a value) and which method runs them. */
final class Commands
{
    public const TABLE = [
        'migrate' => ['run' => 'migrate', 'options' => ['force' => false, 'isolated' => false, 'graceful' => false, 'step' => false, 'seed' => false]],
        'migrate:status' => ['run' => 'migrateStatus', 'options' => []],
        'storage:link' => ['run' => 'storageLink', 'options' => ['force' => false, 'relative' => false]],
        'instance:actor' => ['run' => 'instanceActor', 'options' => []],
        'passport:keys' => ['run' => 'passportKeys', 'options' => ['force' => false, 'length' => true]],
        'passport:client' => ['run' => 'passportClient', 'options' => [
            'personal' => false, 'password' => false, 'client' => false, 'name' => true, 'provider' => true, 'redirect_uri' => true, 'user_id' => true, 'public' => false,
        ]],
        'import:cities' => ['run' => 'importCities', 'options' => []],
        'user:create' => ['run' => 'userCreate', 'options' => [
            'name' => true, 'username' => true, 'email' => true, 'password' => true, 'is_admin' => true, 'confirm_email' => true,
        ]],
        'user:admin' => ['run' => 'userAdmin', 'options' => []],
        'user:verifyemail' => ['run' => 'userVerifyEmail', 'options' => []],
        'media:gc' => ['run' => 'mediaGc', 'options' => []],
        'horizon' => ['run' => 'horizon', 'options' => ['environment' => true]],
        'horizon:status' => ['run' => 'horizonStatus', 'options' => []],
        'horizon:terminate' => ['run' => 'horizonTerminate', 'options' => ['wait' => false]],
        'horizon:install' => ['run' => 'published', 'options' => []],
        'horizon:publish' => ['run' => 'published', 'options' => []],
        'horizon:purge' => ['run' => 'nothing', 'options' => []],
        'schedule:work' => ['run' => 'scheduleWork', 'options' => []],
        'schedule:run' => ['run' => 'scheduleRun', 'options' => []],
        'config:cache' => ['run' => 'configCache', 'options' => []],
        'config:clear' => ['run' => 'configClear', 'options' => []],
        'cache:clear' => ['run' => 'cacheClear', 'options' => []],
        'view:cache' => ['run' => 'viewCache', 'options' => []],
        'view:clear' => ['run' => 'nothing', 'options' => []],
        'route:cache' => ['run' => 'routeCache', 'options' => []],
        'route:clear' => ['run' => 'nothing', 'options' => []],
        'event:cache' => ['run' => 'nothing', 'options' => []],
        'optimize' => ['run' => 'configCache', 'options' => []],
        'optimize:clear' => ['run' => 'configClear', 'options' => []],
        'package:discover' => ['run' => 'nothing', 'options' => []],
        // Of the double's own, for the entrypoint and the web server.
        'double:autorun' => ['run' => 'autorun', 'options' => []],
        'double:check-web' => ['run' => 'checkWeb', 'options' => []],
    ];

    /** serversideup/php runs these at the start when AUTORUN_ENABLED is true; each is on unless switched off. */
    private const AUTORUN = [
        'AUTORUN_LARAVEL_STORAGE_LINK' => 'storageLink',
        'AUTORUN_LARAVEL_MIGRATION' => 'migrate',
        'AUTORUN_LARAVEL_CONFIG_CACHE' => 'configCache',
        'AUTORUN_LARAVEL_ROUTE_CACHE' => 'routeCache',
        'AUTORUN_LARAVEL_VIEW_CACHE' => 'viewCache',
    ];

    /** @param callable(string): mixed $print */
    public function __construct(private $print, private array $options, private array $arguments)
    {
    }

    private function info(string $line): int
    {
        ($this->print)($line);
        return 0;
    }

    private function option(string $name): mixed
    {
        return $this->options[$name] ?? null;
    }

    public function nothing(): int
    {
        return 0;
    }

    public function migrate(): int
    {
        if (!$this->option('force')) {
            throw new CommandFailed('migrate: APPLICATION IN PRODUCTION. Command cancelled: run it with --force');
        }
        Encrypter::demandSameKey();
        array_map($this->info(...), Migrations::apply());
        Encrypter::demandSameKey();
        return 0;
    }

    public function migrateStatus(): int
    {
        $pending = Migrations::pending();
        return $this->info($pending === [] ? '  all migrations Ran' : '  Pending: ' . implode(', ', $pending));
    }

    public function storageLink(): int
    {
        $link = ROOT . '/public/storage';
        if (is_link($link) && !$this->option('force')) {
            return $this->info('   ERROR  The [public/storage] link already exists.');
        }
        @unlink($link);
        if (!@symlink('/var/www/html/storage/app/public', $link)) {
            throw new CommandFailed('storage:link: symlink(): ' . (error_get_last()['message'] ?? 'failed'));
        }
        return $this->info('   INFO  The [public/storage] link has been connected to [storage/app/public].');
    }

    public function instanceActor(): int
    {
        if (Database::value('select count(*) from instance_actors') > 0) {
            return $this->info('Instance actor already exists.');
        }
        [$private, $public] = PassportKeys::pair();
        Database::insert('instance_actors', ['private_key' => Encrypter::encrypt($private), 'public_key' => $public]);
        return $this->info('Instance actor generated.');
    }

    public function passportKeys(): int
    {
        if (!PassportKeys::write((bool) $this->option('force'), (int) ($this->option('length') ?? 4096))) {
            throw new CommandFailed('passport:keys: Encryption keys already exist. Use the --force option to overwrite them.');
        }
        return $this->info('   INFO  Encryption keys generated successfully.');
    }

    public function passportClient(): int
    {
        foreach (['name', 'provider'] as $needed) {
            if ((string) $this->option($needed) === '') {
                throw new CommandFailed("passport:client: asks for --$needed and nobody answers");
            }
        }
        $id = Database::insert('oauth_clients', [
            'name' => $this->option('name'), 'secret' => bin2hex(random_bytes(20)), 'redirect' => $this->option('redirect_uri') ?? '',
            'provider' => $this->option('provider'), 'personal_access_client' => (bool) $this->option('personal'),
            'password_client' => (bool) $this->option('password'),
        ]);
        return $this->info("   INFO  New client created successfully.\nClient ID: $id");
    }

    public function importCities(): int
    {
        if (Database::value('select count(*) from cities') === 0) {
            Database::insert('cities', ['name' => 'Utopia']);
        }
        return $this->info('Successfully imported 1 entries!');
    }

    public function userCreate(): int
    {
        $this->info('Creating a new user...');
        foreach (['name', 'username', 'email', 'password'] as $needed) {
            if (!$this->option($needed)) {
                throw new CommandFailed("user:create: --$needed is empty: asks for it interactively and nobody answers");
            }
        }
        if (!preg_match('/\A[A-Za-z0-9](?:[A-Za-z0-9]|[._-](?=[A-Za-z0-9])){1,29}\z/', $this->option('username'))) {
            throw new CommandFailed('user:create: Username is invalid. Can only contain one dash (-), period (.) or underscore (_), 2 to 30 characters.');
        }
        $user = new User();
        $user->username = $this->option('username');
        $user->name = $this->option('name');
        $user->email = $this->option('email');
        $user->password = Hash::make($this->option('password'));
        // Upstream compares with this string: --is_admin=1 makes an ordinary user.
        $user->is_admin = $this->option('is_admin') == 'true';
        $user->email_verified_at = $this->option('confirm_email') ? date('Y-m-d H:i:s') : null;
        try {
            Database::transaction(fn () => $user->save());
        } catch (\PDOException $error) {
            throw str_contains($error->getMessage(), '23505')
                ? new CommandFailed('user:create: SQLSTATE[23505]: Unique violation: the username or the e-mail address exists already')
                : $error;
        }
        return $this->info('Successfully created user!');
    }

    private function userArgument(): User
    {
        $name = $this->arguments[0] ?? throw new CommandFailed('Not enough arguments (missing: "id").');
        return User::where(ctype_digit($name) ? 'id' : 'username', $name)->first()
            ?? throw new CommandFailed('Could not find any user with that username or id.');
    }

    public function userAdmin(): int
    {
        $user = $this->userArgument();
        $this->info(($user->is_admin ? 'Remove' : 'Add') . ' admin privileges? (yes/no) [no]:');
        if (!preg_match('/^y/i', (string) fgets(STDIN))) {
            throw new CommandFailed('user:admin: asks for confirmation and nobody answers yes');
        }
        $user->is_admin = !$user->is_admin;
        $user->save();
        return $this->info('Successfully changed permissions!');
    }

    public function userVerifyEmail(): int
    {
        $user = $this->userArgument();
        $user->email_verified_at = date('Y-m-d H:i:s');
        $user->save();
        return $this->info('Successfully verified email address for ' . $user->username);
    }

    public function mediaGc(): int
    {
        return $this->info(Media::collectGarbage() . ' media removed');
    }

    public function horizon(): int
    {
        $this->demandReady();
        ObjectStore::demandUsable();
        return (new Horizon($this->print))->work();
    }

    public function horizonStatus(): int
    {
        $running = Horizon::master() !== null;
        $this->info($running ? 'Horizon is running.' : 'Horizon is inactive.');
        return $running ? 0 : 2;
    }

    public function horizonTerminate(): int
    {
        $master = Horizon::master();
        if ($master === null || $master['host'] !== gethostname()) {
            return $this->info('   INFO  No processes to terminate.');
        }
        $this->info("   INFO  Sending TERM signal to processes.\n  Process: {$master['pid']}");
        return posix_kill($master['pid'], SIGTERM) ? 0 : throw new CommandFailed("horizon:terminate: cannot signal {$master['pid']}");
    }

    public function published(): int
    {
        return $this->info('   INFO  Horizon scaffolding installed successfully.');
    }

    public function scheduleWork(): int
    {
        $this->demandReady();
        $this->info('   INFO  Running scheduled tasks every minute.');
        $stop = false;
        pcntl_async_signals(true);
        foreach ([SIGTERM, SIGINT, SIGQUIT] as $signal) {
            pcntl_signal($signal, function () use (&$stop): void {
                $stop = true;
            });
        }
        $minute = intdiv(time(), 60);
        while (!$stop) {
            usleep(200_000);
            if (intdiv(time(), 60) !== $minute) {
                $minute = intdiv(time(), 60);
                try {
                    $this->scheduleRun();
                } catch (\Throwable $error) {
                    Output::problem($error->getMessage());
                    Database::forget();
                    Valkey::forget();
                }
            }
        }
        return 0;
    }

    public function scheduleRun(): int
    {
        return $this->info(date('  Y-m-d H:i:s') . ' Running [artisan media:gc] ' . Media::collectGarbage() . ' removed DONE');
    }

    public function configCache(): int
    {
        $this->writeCache(Environment::cacheFile(), getenv());
        return $this->info('   INFO  Configuration cached successfully.');
    }

    public function configClear(): int
    {
        @unlink(Environment::cacheFile());
        return $this->info('   INFO  Configuration cache cleared successfully.');
    }

    public function cacheClear(): int
    {
        Valkey::clearCache();
        return $this->info('   INFO  Application cache cleared successfully.');
    }

    public function viewCache(): int
    {
        $this->writeCache(Storage::path('framework/views/double.php'), []);
        return $this->info('   INFO  Blade templates cached successfully.');
    }

    public function routeCache(): int
    {
        $this->writeCache(ROOT . '/bootstrap/cache/routes-v7.php', []);
        return $this->info('   INFO  Routes cached successfully.');
    }

    private function writeCache(string $file, array $content): void
    {
        if (!is_dir(dirname($file)) || !is_writable(dirname($file))) {
            throw new CommandFailed('The ' . realpath(dirname($file)) . ' directory must be present and writable.');
        }
        file_put_contents($file, '<?php return ' . var_export($content, true) . ";\n");
        chmod($file, 0600);
    }

    public function autorun(): int
    {
        $this->options['force'] = true;
        $this->waitForDatabase((int) Environment::get('AUTORUN_LARAVEL_MIGRATION_TIMEOUT', 30));
        foreach (self::AUTORUN as $variable => $method) {
            if (Environment::get($variable, true) === true) {
                $this->$method();
            }
        }
        return 0;
    }

    private function waitForDatabase(int $seconds): void
    {
        for ($end = time() + $seconds; ; usleep(500_000)) {
            try {
                Database::connection();
                return;
            } catch (\PDOException $error) {
                if (time() >= $end) {
                    throw $error;
                }
            }
        }
    }

    public function checkWeb(): int
    {
        $this->demandReady();
        ObjectStore::demandUsable();
        return 0;
    }

    /** What web, horizon and the scheduler want before they serve. */
    private function demandReady(): void
    {
        Migrations::demandCurrent();
        Encrypter::demandSameKey();
        PassportKeys::demandPair();
        Valkey::demandOwnPrefix();
    }
}
