#!/bin/sh
# Brings Pixelfed's database to the schema of this version; every step may be repeated.
#   migrate.sh RELAX   RELAX: the PHP script that lets PostgreSQL have posts without captions
set -eu
cd /var/www/html
php artisan migrate --force --no-interaction
php "$1"
php artisan instance:actor --no-interaction
# At first nobody is there to be told, and later the containers are new anyway.
php artisan horizon:terminate --no-interaction || :
