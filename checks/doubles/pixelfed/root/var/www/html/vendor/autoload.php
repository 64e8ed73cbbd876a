<?php

namespace {
    const ROOT = __DIR__ . '/..';

    spl_autoload_register(static function (string $class): void {
        $folders = ['Double\\' => 'double/', 'App\\' => 'app/', 'Illuminate\\' => 'vendor/illuminate/'];
        foreach ($folders as $prefix => $folder) {
            $file = ROOT . '/' . $folder . str_replace('\\', '/', substr($class, strlen($prefix))) . '.php';
            if (str_starts_with($class, $prefix) && is_file($file)) {
                require $file;
            }
        }
    });

    // Uncaught: one line with the reason, never a trace (its arguments may be secrets), and a non-zero exit code.
    set_exception_handler(static function (Throwable $error): void {
        Double\Output::problem($error->getMessage());
        exit(1);
    });
}
