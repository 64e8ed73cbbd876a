<?php

namespace Double;

use Illuminate\Contracts\Console\Kernel as KernelContract;

/** Parses and runs artisan commands, from the command line or from a script in the same process. */
final class Kernel implements KernelContract
{
    private static ?self $instance = null;
    private bool $bootstrapped = false;
    private string $output = '';

    /** Options that every command takes, and whether they take a value. */
    private const GLOBAL_OPTIONS = [
        'no-interaction' => false, 'quiet' => false, 'verbose' => false, 'ansi' => false, 'no-ansi' => false, 'env' => true, 'version' => false,
    ];

    public static function instance(): self
    {
        return self::$instance ??= new self();
    }

    /** What every process wants before anything else. All problems are told at once. */
    public function bootstrap(): void
    {
        if ($this->bootstrapped) {
            return;
        }
        if (posix_geteuid() !== 33) {
            $this->refuse(['user: runs as uid ' . posix_geteuid() . ', must be 33 (www-data), never root']);
        }
        Environment::useCache();
        $problems = [...Environment::problems(Environment::all()), ...Storage::problems()];
        if ($problems !== []) {
            $this->refuse($problems);
        }
        if (Environment::get('ENABLE_CONFIG_CACHE') === true) {
            Output::problem('ENABLE_CONFIG_CACHE: warning: the database overrides the environment from now on');
        }
        $this->bootstrapped = true;
    }

    /** @param list<string> $problems */
    private function refuse(array $problems): never
    {
        array_map(Output::problem(...), $problems);
        exit(1);
    }

    /** @param list<string> $arguments */
    public function handle(array $arguments): int
    {
        $name = array_shift($arguments) ?? 'list';
        if (in_array($name, ['--version', '-V'], true)) {
            echo 'Laravel Framework (contract double of Pixelfed ' . Application::version() . ")\n";
            return 0;
        }
        $options = [];
        while ($arguments !== []) {
            $argument = array_shift($arguments);
            if ($argument === '-n') {
                $options['--no-interaction'] = true;
            } elseif (in_array($argument, ['-q', '-v'], true)) {
                continue;
            } elseif (!str_starts_with($argument, '--')) {
                $options[] = $argument;
            } elseif (str_contains($argument, '=')) {
                [$option, $value] = explode('=', $argument, 2);
                $options[$option] = $value;
            } else {
                $takes = ($this->optionsOf($name) + self::GLOBAL_OPTIONS)[substr($argument, 2)] ?? false;
                $options[$argument] = $takes ? array_shift($arguments) ?? '' : true;
            }
        }
        // A cached configuration must not outlive its renewal.
        if (in_array($name, ['config:cache', 'config:clear', 'optimize', 'optimize:clear'], true) && posix_geteuid() === 33) {
            @unlink(Environment::cacheFile());
        }
        return $this->run($name, $options, fn (string $line) => print("$line\n"));
    }

    public function call($command, array $parameters = [], $outputBuffer = null): int
    {
        $this->output = '';
        return $this->run($command, $parameters, function (string $line): void {
            $this->output .= "$line\n";
        });
    }

    public function output(): string
    {
        return $this->output;
    }

    private function optionsOf(string $name): array
    {
        return Commands::TABLE[$name]['options'] ?? [];
    }

    private function run(string $name, array $given, callable $print): int
    {
        try {
            $command = Commands::TABLE[$name] ?? throw new CommandFailed("Command \"$name\" is not defined.", 1);
            $options = [];
            $arguments = [];
            foreach ($given as $key => $value) {
                $option = ltrim((string) $key, '-');
                if (is_int($key) || !str_starts_with($key, '--')) {
                    $arguments[] = (string) $value;
                } elseif (!array_key_exists($option, $command['options'] + self::GLOBAL_OPTIONS)) {
                    throw new CommandFailed("The \"--$option\" option does not exist.", 1);
                } else {
                    $options[$option] = $value;
                }
            }
            $this->bootstrap();
            return (new Commands($print, $options, $arguments))->{$command['run']}();
        } catch (CommandFailed $failure) {
            Output::problem($failure->getMessage());
            return $failure->getCode() ?: 1;
        } catch (\PDOException $error) {
            Output::problem('DB_HOST: ' . $error->getMessage());
            return 1;
        } catch (\Throwable $error) {
            Output::problem($error->getMessage());
            return 1;
        }
    }
}
