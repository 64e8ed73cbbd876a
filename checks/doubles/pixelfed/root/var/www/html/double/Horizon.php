<?php

namespace Double;

/** Takes jobs from the queue until it is told to stop; the job at hand is always finished. */
final class Horizon
{
    private const BEAT_SECONDS = 15;
    private bool $stop = false;

    /** @param callable(string): mixed $print */
    public function __construct(private $print)
    {
    }

    /** @return array{pid: int, host: string}|null The running master of this prefix. */
    public static function master(): ?array
    {
        $beat = Valkey::connection()->get(Valkey::horizonKey('master'));
        return $beat === false ? null : json_decode($beat, true);
    }

    public function work(): int
    {
        pcntl_async_signals(true);
        foreach ([SIGTERM, SIGINT, SIGQUIT] as $signal) {
            pcntl_signal($signal, function (): void {
                $this->stop = true;
            });
        }
        ($this->print)('   INFO  Horizon started successfully.');
        while (!$this->stop) {
            try {
                $this->beat();
                $job = Valkey::pop();
                $job === null ? usleep(200_000) : $this->perform($job);
            } catch (\Throwable $error) {
                // The backend is away for a moment, such as a rebooting machine: connect anew, as Laravel's worker does.
                Output::problem('horizon: ' . $error->getMessage());
                Database::forget();
                Valkey::forget();
                sleep(1);
            }
        }
        Valkey::connection()->del(Valkey::horizonKey('master'));
        ($this->print)('   INFO  Horizon stopped.');
        return 0;
    }

    private function beat(): void
    {
        $beat = json_encode(['pid' => getmypid(), 'host' => gethostname()]);
        Valkey::connection()->setex(Valkey::horizonKey('master'), self::BEAT_SECONDS, $beat);
    }

    private function perform(array $job): void
    {
        $data = $job['data'];
        try {
            match ($job['displayName']) {
                'MediaStoragePipeline' => Media::moveToBucket($data['media']),
                'WelcomeMail' => Mailer::send($data['email'], 'Welcome to ' . Settings::title(), "Hello {$data['username']},\n\nyou have an account at "
                    . Environment::get('APP_URL') . ".\n"),
                'PasswordResetMail' => Mailer::send($data['email'], 'Reset Password Notification', 'Reset your password: '
                    . Environment::get('APP_URL') . "/password/reset/{$data['token']}\n"),
            };
            ($this->print)(date('  Y-m-d H:i:s ') . $job['displayName'] . ' DONE');
        } catch (\Throwable $error) {
            Output::problem("horizon: {$job['displayName']}: " . $error->getMessage());
            if ($error instanceof \PDOException && preg_match('/\A(08|57|HY)/', (string) $error->getCode())) {
                // The connection was lost, not the job: it waits for the database.
                Database::forget();
                sleep(1);
                Valkey::push($job['displayName'], $data, $job['attempts']);
            } elseif ($job['attempts'] + 1 < (int) Environment::get('HORIZON_SUPERVISOR_TRIES', 3)) {
                sleep(1);
                Valkey::push($job['displayName'], $data, $job['attempts'] + 1);
            } else {
                // Tokens in jobs are secrets: only the kind of job is kept.
                Database::insert('failed_jobs', ['queue' => 'default', 'payload' => $job['displayName'], 'exception' => $error->getMessage()]);
            }
        }
    }
}
