<?php

namespace Double;

/** The volume at storage/: the image never changes its owner nor makes Laravel's folders in it. */
final class Storage
{
    private const FOLDERS = ['app/public', 'framework/cache', 'framework/sessions', 'framework/views', 'logs'];

    public static function path(string $inside = ''): string
    {
        return ROOT . '/storage' . ($inside === '' ? '' : "/$inside");
    }

    /** @return list<string> */
    public static function problems(): array
    {
        clearstatcache();
        $problems = [];
        foreach (['', ...self::FOLDERS] as $folder) {
            $path = self::path($folder);
            $name = rtrim("storage/$folder", '/');
            if (!is_dir($path)) {
                $problems[] = $folder === 'framework/views'
                    ? "$name: Please provide a valid cache path: the folder is missing in the volume"
                    : "$name: the folder is missing in the volume";
            } elseif (fileowner($path) !== 33 || filegroup($path) !== 33) {
                $problems[] = "$name: belongs to " . fileowner($path) . ':' . filegroup($path) . ', must belong to 33:33';
            } elseif (!is_writable($path)) {
                $problems[] = "$name: is not writable: permission denied";
            }
        }
        return $problems;
    }
}
