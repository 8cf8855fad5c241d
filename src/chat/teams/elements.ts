// The few Adaptive Card elements this bot draws, typed. adaptivecards.io/explorer, schema 1.5.
import type { cardVersion } from '#chat/teams/limits.ts';

export type TextRun = {
  readonly type: 'TextRun';
  readonly text: string;
  readonly weight?: 'Bolder';
  readonly size?: 'Small' | 'Large';
  readonly isSubtle?: true;
  readonly fontType?: 'Monospace';
  readonly selectAction?: { readonly type: 'Action.OpenUrl'; readonly url: string };
};
export type Look = { readonly separator?: true; readonly spacing?: 'None' | 'Small' | 'Medium' };
export type Rich = {
  readonly type: 'RichTextBlock';
  readonly inlines: readonly TextRun[];
} & Look;
/** Markdown is read here, so only escaped text and our own mentions may stand in it. */
export type Marked = {
  readonly type: 'TextBlock';
  readonly text: string;
  readonly wrap: true;
  readonly size?: 'Small';
  readonly isSubtle?: true;
};
export type Container = {
  readonly type: 'Container';
  readonly id?: string;
  readonly items: readonly Element[];
  readonly style?: 'emphasis' | 'good' | 'attention' | 'warning' | 'accent' | 'default';
  readonly bleed?: true;
  readonly isVisible?: false;
} & Look;
export type ActionSet = { readonly type: 'ActionSet'; readonly actions: readonly Action[] };
export type Element = Rich | Marked | Container | ActionSet | Input | Chart;
export type Colour = `categorical${'Blue' | 'Green' | 'Marigold' | 'Purple' | 'Red' | 'Teal'}` | 'warning';
/** Drawn by Teams itself; a client that cannot shows the fallback. */
export type Chart = { readonly title: string; readonly fallback: Rich } & (
  | {
      readonly type: 'Chart.HorizontalBar';
      readonly displayMode: 'AbsoluteNoAxis';
      readonly data: readonly { readonly x: string; readonly y: number; readonly color: Colour }[];
    }
  | {
      readonly type: 'Chart.HorizontalBar.Stacked';
      readonly data: readonly {
        readonly title: string;
        readonly data: readonly { readonly legend: string; readonly value: number; readonly color: Colour }[];
      }[];
    }
  | {
      readonly type: 'Chart.Line';
      readonly xAxisTitle: string;
      readonly yAxisTitle: string;
      readonly data: readonly {
        readonly legend: string;
        readonly color: Colour;
        readonly values: readonly { readonly x: number; readonly y: number }[];
      }[];
    }
);
type Asked = {
  readonly id: string;
  readonly label: string;
  readonly isRequired?: boolean;
  readonly errorMessage?: string;
};
export type Input =
  | ({
      readonly type: 'Input.Text';
      readonly placeholder?: string;
      readonly value?: string;
      readonly isMultiline: boolean;
      readonly maxLength: number;
    } & Asked)
  | ({
      readonly type: 'Input.ChoiceSet';
      readonly choices: readonly { readonly title: string; readonly value: string }[];
      /** The chosen values, parted by commas. */
      readonly value?: string;
      readonly isMultiSelect: boolean;
      readonly style: 'expanded';
      readonly wrap: true;
    } & Asked)
  | ({ readonly type: 'Input.Date' | 'Input.Time'; readonly value?: string } & Asked);
export type Action =
  | {
      readonly type: 'Action.Execute';
      readonly title: string;
      readonly verb: string;
      readonly data: Readonly<Record<string, string | number>>;
      readonly style?: 'positive' | 'destructive';
    }
  | {
      readonly type: 'Action.ShowCard';
      readonly title: string;
      readonly card: AdaptiveCard;
      readonly style?: 'positive' | 'destructive';
    }
  | {
      readonly type: 'Action.ToggleVisibility';
      readonly title: string;
      readonly targetElements: readonly string[];
    };
/** `mentioned.id` is an aadObjectId; `text` must stand, letter for letter, in a TextBlock. */
export type MentionEntity = {
  readonly type: 'mention';
  readonly text: string;
  readonly mentioned: { readonly id: string; readonly name: string };
};
export type AdaptiveCard = {
  readonly type: 'AdaptiveCard';
  readonly version: typeof cardVersion;
  readonly body: readonly Element[];
  readonly actions?: readonly Action[];
  readonly fallbackText?: string;
  readonly speak?: string;
  readonly msteams?: { readonly entities: readonly MentionEntity[] };
};

export const run = (text: string, look: Omit<TextRun, 'type' | 'text'> = {}): TextRun => ({
  type: 'TextRun',
  // An empty run makes some clients drop the whole block.
  text: text === '' ? ' ' : text,
  ...look,
});
export const rich = (inlines: readonly TextRun[], look: Look = {}): Rich => ({
  type: 'RichTextBlock',
  inlines,
  ...look,
});
