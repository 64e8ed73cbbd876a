<?php

namespace Double;

/** Ends a command with an exit code; the reason goes to standard error. */
final class CommandFailed extends \RuntimeException
{
}
