<?php
// As read_env_files.py, with libraries of PHP as Debian packages them. Ends with 3 where they are not installed.

$symfony = '/usr/share/php/Symfony/Component/Dotenv/autoload.php';
$laravel = '/usr/share/php/Dotenv/autoload.php';
if (!is_file($symfony) || !is_file($laravel)) {
    exit(3);
}
require $symfony;
require $laravel;
error_reporting(0);
$_ENV = getenv();

$file = tempnam(sys_get_temp_dir(), 'env');
register_shutdown_function(fn () => unlink($file));
$vlucas = fn () => Dotenv\Dotenv::createArrayBacked(dirname($file), basename($file))->load();
$readers = [
    'symfony' => fn ($text) => (new Symfony\Component\Dotenv\Dotenv())->parse($text),
    'phpdotenv' => fn ($text) => array_filter($vlucas(), 'is_string'),
];
while (($line = fgets(STDIN)) !== false) {
    $text = hex2bin(trim($line));
    file_put_contents($file, $text);
    $results = [];
    foreach ($readers as $reader => $read) {
        try {
            $results[$reader] = (object) $read($text);
        } catch (Throwable $refused) {
            $results[$reader] = null;
        }
    }
    echo json_encode($results), "\n";
}
