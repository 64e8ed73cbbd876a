<?php

return new Double\Application();
