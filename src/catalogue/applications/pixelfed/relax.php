<?php
// Lets posts have no caption. Pixelfed's migrations say NOT NULL, which MySQL takes for an empty text and PostgreSQL for an
// error: pixelfed #5217, #5410. Repeated after every migration, since some set it again.
require '/var/www/html/vendor/autoload.php';
$app = require '/var/www/html/bootstrap/app.php';
$app->make(Illuminate\Contracts\Console\Kernel::class)->bootstrap();

foreach ([['media', 'caption'], ['statuses', 'caption'], ['statuses', 'rendered']] as [$table, $column]) {
    Illuminate\Support\Facades\DB::statement("ALTER TABLE $table ALTER COLUMN $column DROP NOT NULL");
}
