<?php

require __DIR__ . '/../vendor/autoload.php';

use Double\Application;
use Double\Environment;
use Double\Web;

$path = (string) parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
Environment::useCache();

if (Application::isUnhealthy()) {
    http_response_code(503);
    echo "double: the fault \"unhealthy\" was asked for\n";
    return true;
}

// Both answer without the database and to whoever asks from inside, as upstream and its base image do.
if ($path === '/api/service/health-check' || $path === (getenv('HEALTHCHECK_PATH') ?: '/healthcheck')) {
    header('Content-Type: text/plain');
    header('Cache-Control: no-cache');
    echo 'OK';
    return true;
}

// Local files: only through the link that storage:link makes.
if (preg_match('#^/storage/(?!.*\.\.)#', $path) && is_file(__DIR__ . rawurldecode($path))) {
    return false;
}

Web::serve();
return true;
