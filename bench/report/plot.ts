export const renderPlot = (_: unknown): string => "";
