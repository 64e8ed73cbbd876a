<?php

namespace Illuminate\Support\Facades;

use Double\Kernel;

final class Artisan
{
    public static function call(string $command, array $parameters = []): int
    {
        return Kernel::instance()->call($command, $parameters);
    }

    public static function output(): string
    {
        return Kernel::instance()->output();
    }
}
