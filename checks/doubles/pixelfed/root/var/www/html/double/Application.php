<?php

namespace Double;

use Illuminate\Contracts\Console\Kernel as KernelContract;
use RuntimeException;

/** The part of Laravel's container that scripts need to run a command in their own process. */
final class Application
{
    public function make(string $what): object
    {
        return match ($what) {
            KernelContract::class => Kernel::instance(),
            default => throw new RuntimeException("Target class [$what] does not exist."),
        };
    }

    public static function version(): string
    {
        return self::build()->version;
    }

    public static function isUnhealthy(): bool
    {
        return (self::build()->fault ?? null) === 'unhealthy';
    }

    private static function build(): object
    {
        static $build = null;
        return $build ??= json_decode((string) file_get_contents('/etc/double.json'), flags: JSON_THROW_ON_ERROR);
    }
}
