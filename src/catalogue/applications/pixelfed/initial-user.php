<?php
// Makes the first account with the password of a file, in this process, so that no process list shows it; and proves that
// one can log in with it.
//   initial-user.php PROFILE PASSWORD   PROFILE: JSON with username, displayName and email
require '/var/www/html/vendor/autoload.php';
$app = require '/var/www/html/bootstrap/app.php';
$kernel = $app->make(Illuminate\Contracts\Console\Kernel::class);
$kernel->bootstrap();

$profile = json_decode(file_get_contents($argv[1]), true, 8, JSON_THROW_ON_ERROR);
$password = file_get_contents($argv[2]);
$find = fn () => App\User::where('username', $profile['username'])->first();

// One that was there before, such as on another machine, has whatever password its owner has given it since.
$made = $find() === null;
if ($made) {
    $code = $kernel->call('user:create', [
        '--name' => mb_substr($profile['displayName'], 0, 30),
        '--username' => $profile['username'],
        '--email' => $profile['email'],
        '--password' => $password,
        // This very word: the command compares with it, and takes anything else for no.
        '--is_admin' => 'true',
        '--confirm_email' => '1',
    ]);
    if ($code !== 0) {
        fwrite(STDERR, 'user:create failed: ' . $kernel->output());
        exit(1);
    }
}
$user = $find();
if ($user === null || !$user->is_admin) {
    fwrite(STDERR, "the account {$profile['username']} is not an administrator\n");
    exit(1);
}
if ($made && !Illuminate\Support\Facades\Hash::check($password, $user->password)) {
    fwrite(STDERR, "the account {$profile['username']} was made, but its password is not accepted\n");
    exit(1);
}
