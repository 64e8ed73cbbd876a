<?php

namespace Double;

final class Output
{
    /** What is wrong, for a person, on standard error; values of secret variables are taken out. */
    public static function problem(string $text): void
    {
        foreach (Environment::all() as $name => $value) {
            if (preg_match('/KEY|SECRET|PASSWORD/', $name) && strlen($value) >= 6) {
                $text = str_replace($value, '[secret]', $text);
            }
        }
        // PostgreSQL's details hold whole rows.
        $text = preg_replace('/\bDETAIL: .*/s', '', $text);
        file_put_contents('php://stderr', 'double: ' . trim(preg_replace('/\s+/', ' ', $text)) . "\n");
    }
}
